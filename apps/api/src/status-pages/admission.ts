import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { PublishedPage } from "@pulsecheck/db/published-pages";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { verifyPassword } from "../auth/passwords.ts";
import type { ApiEnv, Deps } from "../context.ts";
import { limitAttempts } from "../http/rate-limit.ts";

const COOKIE = "pulsecheck_page";
const VALID_FOR_S = 7 * 86_400;
const LONGEST_PASSWORD = 200;
const PROVEN_AT_MOST = 1_000;

/** Who may see a page that has a password. */
export type Admission = {
  /** May this request see the page: by its cookie, or by HTTP Basic with any user name? Refuses (429) guessing. */
  isAdmitted(c: Context<ApiEnv>, page: PublishedPage): Promise<boolean>;
  /** Sets the cookie where the password is right. Refuses (429) guessing. */
  unlock(c: Context<ApiEnv>, page: PublishedPage, password: string): Promise<boolean>;
};

export function openAdmission(deps: Pick<Deps, "db" | "config">): Admission {
  const key = Buffer.from(hkdfSync("sha256", deps.config.secretKey, "", "pulsecheck status page passwords", 32));
  const sign = (...parts: (string | number)[]) =>
    createHmac("sha256", key).update(parts.join("\n")).digest("base64url");
  const attempts = limitAttempts(deps, "statusPage");
  const { pathname, protocol } = new URL(deps.config.publicUrl);
  /** Passwords that were right a moment ago, under our own key: a README full of badges proves its own once. */
  const proven = new Set<string>();

  async function isRight({ id, passwordHash }: PublishedPage, password: string, address: string): Promise<boolean> {
    const proof = sign("password", id, passwordHash ?? "", password);
    if (proven.has(proof)) return true;
    const succeeded = await attempts.begin(`status page ${id}`, address);
    if (password.length > LONGEST_PASSWORD || !(await verifyPassword(passwordHash, password))) return false;
    await succeeded();
    if (proven.size >= PROVEN_AT_MOST) proven.clear();
    proven.add(proof);
    return true;
  }

  /** Worthless once the password is another: its hash is part of what is signed. */
  function hasCookie(c: Context<ApiEnv>, { id, passwordHash }: PublishedPage): boolean {
    const [expiresS = "", signature = ""] = (getCookie(c, COOKIE) ?? "").split(".");
    return Number(expiresS) * 1_000 > Date.now() && isSame(signature, sign("cookie", id, passwordHash ?? "", expiresS));
  }

  return {
    async isAdmitted(c, page) {
      if (page.passwordHash === null || hasCookie(c, page)) return true;
      const password = readBasicPassword(c.req.header("authorization"));
      return password !== null && isRight(page, password, c.get("clientAddress"));
    },
    async unlock(c, page, password) {
      if (page.passwordHash === null) return true;
      if (!(await isRight(page, password, c.get("clientAddress")))) return false;
      const expiresS = Math.floor(Date.now() / 1_000) + VALID_FOR_S;
      setCookie(c, COOKIE, `${expiresS}.${sign("cookie", page.id, page.passwordHash, expiresS)}`, {
        path: `${pathname.replace(/\/$/, "")}/status/${page.slug}`,
        httpOnly: true,
        sameSite: "Lax",
        secure: protocol === "https:",
        maxAge: VALID_FOR_S,
      });
      return true;
    },
  };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readBasicPassword(authorization: string | undefined): string | null {
  const encoded = /^basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? null : text.slice(colon + 1);
}
