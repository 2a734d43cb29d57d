import { setTimeout as delay } from "node:timers/promises";
import { requestTokenMail, type TokenKind } from "@pulsecheck/db/user-tokens";
import { userSchema } from "@pulsecheck/shared/user";
import type { Context } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { limitAttempts, type Attempts } from "../http/rate-limit.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { emailOnlySchema, resetSchema, verifySchema } from "./auth-schemas.ts";
import { spendResetToken, spendVerifyToken } from "./spend-mailed-token.ts";

// Longer than any of the work behind it, so that its length tells nothing about who is registered.
const MAIL_ANSWER_MS = 150;

const common = { method: "post" as const, tags: ["Users"] };
const ask = {
  request: { body: json(emailOnlySchema) },
  responses: { 202: { description: "If there is such an account, the mail is on its way" } },
};
const ended = { description: "The password is changed, every session has ended" };
const verified = json(userSchema, "The address is verified");

const forgot = defineRoute("public", { ...common, ...ask, path: "/auth/forgot-password" }, [429]);
const requestVerify = defineRoute("public", { ...common, ...ask, path: "/auth/request-verify-token" }, [429]);
const reset = defineRoute("public", {
  ...common,
  path: "/auth/reset-password",
  request: { body: json(resetSchema) },
  responses: { 204: ended },
});
const verify = defineRoute("public", {
  ...common,
  path: "/auth/verify",
  request: { body: json(verifySchema) },
  responses: { 200: verified },
});

/** Asking for the mails that carry a token, and spending the token. */
export function mailedTokenRoutes(deps: Deps, logins: Attempts, limits?: Limits) {
  const { db } = deps;
  const mails = limitAttempts(deps, "mail", limits);
  const router = createRouter();

  /** The same answer after the same time, whoever asks about whom. */
  async function answerMailRequest(c: Context<ApiEnv>, kind: TokenKind, email: string) {
    await mails.begin(`${kind} ${email}`, c.get("clientAddress"));
    await Promise.all([requestTokenMail(db, kind, email, new Date()), delay(MAIL_ANSWER_MS)]);
    return c.body(null, 202);
  }
  router.openapi(forgot, (c) => answerMailRequest(c, "RESET_PASSWORD", c.req.valid("json").email));
  router.openapi(requestVerify, (c) => answerMailRequest(c, "VERIFY_EMAIL", c.req.valid("json").email));

  router.openapi(reset, async (c) => {
    await spendResetToken(deps, logins, { ...c.req.valid("json"), address: c.get("clientAddress") });
    return c.body(null, 204);
  });

  return router.openapi(verify, async (c) => c.json(await spendVerifyToken(deps, c.req.valid("json").token), 200));
}
