import { passwordSchema } from "@pulsecheck/shared/user";
import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono, type Context } from "hono";
import { html } from "hono/html";
import { spendResetToken, spendVerifyToken } from "../auth/spend-mailed-token.ts";
import type { ApiEnv, Deps } from "../context.ts";
import { answerError } from "../http/problems.ts";
import { limitAttempts } from "../http/rate-limit.ts";
import { answerPage, type Page } from "./page.ts";

const LONGEST_TOKEN = 200;
const LONGEST_FIELD = 300;

const spent = html`<p>
  This link is not valid, was used already, or is too old. Ask for a new mail; the latest one counts.
</p>`;
const incomplete: Page = {
  title: "This link is not complete",
  body: html`<p>Copy the whole address from the mail, up to the end of its line.</p>`,
};
const verified: Page = {
  title: "Your address is verified",
  body: html`<p>Alerts of your monitors are sent to it from now on. You may close this page.</p>`,
};
const changed: Page = {
  title: "Your password is changed",
  body: html`<p>Every session has ended: log in again with the new password.</p>`,
};

/**
 * What a person meets in a browser: the start, and where the links in our mails lead. To look at a page changes
 * nothing, because mail scanners open every link; only its form does.
 */
export function pageRoutes(deps: Deps) {
  const logins = limitAttempts(deps, "login");
  const pages = new Hono<ApiEnv>();
  pages.onError(answerRefusal);
  pages.get("/", (c) => answerPage(c, start()));

  pages.get("/verify", (c) => answerForm(c, askToVerify));
  pages.post("/verify", async (c) => {
    const token = await readField(c, "token");
    await spendVerifyToken(deps, token);
    return answerPage(c, verified);
  });

  pages.get("/reset-password", (c) => answerForm(c, askForPassword));
  pages.post("/reset-password", async (c) => {
    const token = await readField(c, "token");
    const password = passwordSchema.safeParse(await readField(c, "password"));
    if (!password.success) return answerPage(c, askForPassword(token, true), 400);
    await spendResetToken(deps, logins, { token, password: password.data, address: c.get("clientAddress") });
    return answerPage(c, changed);
  });
  return pages;
}

function start(): Page {
  return {
    title: "PulseCheck is running",
    body: html`<ul>
      <li><a href="docs">The API and its documentation</a></li>
      <li><a href="openapi.json">The OpenAPI document</a></li>
      <li><a href="ready">Is it doing its work?</a></li>
    </ul>`,
  };
}

// Addresses are relative: PUBLIC_URL may have a path of its own, which a proxy takes away.
function askToVerify(token: string): Page {
  return {
    title: "Is this your address?",
    body: html`<p>Alerts are sent to verified addresses only.</p>
      <form method="post" action="verify">
        <input type="hidden" name="token" value="${token}" />
        <button>Yes, verify it</button>
      </form>`,
  };
}

function askForPassword(token: string, isWeak = false): Page {
  const problem = html`<p id="problem" role="alert">That password is too short, too long or too easy to guess.</p>`;
  const described = html` aria-invalid="true" aria-describedby="problem"`;
  return {
    title: "Choose a new password",
    body: html`${isWeak ? problem : ""}
      <form method="post" action="reset-password">
        <input type="hidden" name="token" value="${token}" />
        <label for="password">New password (at least 8 characters)</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="new-password"
          required
          minlength="8"
          maxlength="256"
          ${isWeak ? described : ""}
        />
        <button>Change it</button>
      </form>`,
  };
}

function answerForm(c: Context<ApiEnv>, form: (token: string) => Page) {
  const token = c.req.query("token") ?? "";
  const isWhole = token !== "" && token.length <= LONGEST_TOKEN;
  return isWhole ? answerPage(c, form(token)) : answerPage(c, incomplete, 400);
}

/** A text of a urlencoded form; empty where it is missing, too long or holds what no text may. */
async function readField(c: Context<ApiEnv>, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  const isText =
    typeof value === "string" && value.length <= LONGEST_FIELD && !value.includes("\0") && value.isWellFormed();
  return isText ? value : "";
}

/** What a form was refused for is told as a page; everything else as everywhere. */
function answerRefusal(error: Error, c: Context<ApiEnv>) {
  if (!(error instanceof Refusal) || (error.status !== 400 && error.status !== 503)) return answerError(error, c);
  const body = error.status === 400 ? spent : html`<p>${error.message}</p>`;
  return answerPage(c, { title: "That did not work", body }, error.status);
}
