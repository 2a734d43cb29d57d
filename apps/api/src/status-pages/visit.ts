import { findPublishedPage, type PublishedPage } from "@pulsecheck/db/published-pages";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import type { Context } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import { answerError } from "../http/problems.ts";
import type { Admission } from "./admission.ts";
import { hashText, type Snapshot, type Snapshots } from "./snapshots.ts";

/** What a path calls a page; everything else is nowhere. */
export const SLUG = ":slug{[a-z0-9][a-z0-9-]+[a-z0-9]}";

/** Somebody who asks for a page that is published at this moment. */
export type Visit = { page: PublishedPage; snapshot(): Promise<Snapshot> };

export type Visits = {
  /** The page of this address. Refuses (404) alike what is nowhere and what is not published. */
  find(slug: string): Promise<Visit>;
  /** The same for somebody who may see it. Refuses (401) who has not proven the page's password. */
  admit(c: Context<ApiEnv>): Promise<Visit>;
};

export function createVisits({ db }: Pick<Deps, "db">, admission: Admission, snapshots: Snapshots): Visits {
  const find = async (slug: string): Promise<Visit> => {
    const page = await findPublishedPage(db, slug);
    if (page === null) throw refuseMissing("status page");
    return { page, snapshot: () => snapshots.get(page) };
  };
  return {
    find,
    async admit(c) {
      const visit = await find(c.req.param("slug") ?? "");
      if (await admission.isAdmitted(c, visit.page)) return visit;
      throw new Refusal(401, "This status page has a password.");
    },
  };
}

/** What may be kept of an open page; nothing of one with a password, by anybody. */
function cacheHeaders({ passwordHash }: PublishedPage, open: string): Record<string, string> {
  if (passwordHash === null) return { "Cache-Control": open };
  return { "Cache-Control": "private, no-store", Vary: "Cookie, Authorization" };
}

/** Answers a text, or 304 to who has it already. */
export function answerText(
  c: Context<ApiEnv>,
  { page }: Visit,
  text: string,
  { type, keep, csp }: { type: string; keep: string; csp: string },
): Response {
  const etag = `"${hashText(text)}"`;
  const caching = { ...cacheHeaders(page, keep), ETag: etag };
  const known = c.req.header("if-none-match")?.split(",") ?? [];
  if (known.some((one) => ["*", etag].includes(one.trim().replace(/^W\//, "")))) return c.body(null, 304, caching);
  return c.body(text, 200, { "Content-Type": type, "Content-Security-Policy": csp, ...caching });
}

/** Refusals of what no person reads: problem documents, and what asks a program for the page's password. */
export function answerVisitError(error: Error, c: Context<ApiEnv>): Response {
  const answer = answerError(error, c);
  answer.headers.set("Cache-Control", "private, no-store");
  if (answer.status === 401) answer.headers.set("WWW-Authenticate", 'Basic realm="status page", charset="UTF-8"');
  return answer;
}
