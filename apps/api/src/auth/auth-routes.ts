import { setTimeout as delay } from "node:timers/promises";
import { readUserToken, requestTokenMail, type TokenKind } from "@pulsecheck/db/user-tokens";
import { registerUser, resetPassword, verifyEmail } from "@pulsecheck/db/users";
import { refuseField } from "@pulsecheck/shared/refusal";
import { loginSchema, registerSchema, userSchema } from "@pulsecheck/shared/user";
import type { Context } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { refuseIssues } from "../http/problems.ts";
import { limitAttempts } from "../http/rate-limit.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { emailOnlySchema, loginAnswerSchema, resetSchema, strictLoginSchema, verifySchema } from "./auth-schemas.ts";
import { refuseForeignOrigin } from "./authenticate.ts";
import { logIn } from "./log-in.ts";
import { hashPassword } from "./passwords.ts";
import { publishRevocation } from "./revocations.ts";

// Longer than any of the work behind it, so that its length tells nothing about who is registered.
const MAIL_ANSWER_MS = 150;

const tags = ["Users"];
const accepted = { 202: { description: "If there is such an account, the mail is on its way" } };

const register = defineRoute("public", { method: "post", path: "/auth/register", tags, request: { body: json(registerSchema) }, responses: { 201: json(userSchema, "Registered; a mail asks to verify the address") } }, [409, 429]);
const login = defineRoute(
  "public",
  {
    method: "post",
    path: "/auth/login",
    tags,
    request: { body: { content: { "application/json": { schema: strictLoginSchema }, "application/x-www-form-urlencoded": { schema: loginSchema } } } },
    responses: { 200: json(loginAnswerSchema, "Logged in; a cookie carries the same token") },
  },
  [401, 403, 429],
);
const forgot = defineRoute("public", { method: "post", path: "/auth/forgot-password", tags, request: { body: json(emailOnlySchema) }, responses: accepted }, [429]);
const reset = defineRoute("public", { method: "post", path: "/auth/reset-password", tags, request: { body: json(resetSchema) }, responses: { 204: { description: "The password is changed, every session has ended" } } });
const requestVerify = defineRoute("public", { method: "post", path: "/auth/request-verify-token", tags, request: { body: json(emailOnlySchema) }, responses: accepted }, [429]);
const verify = defineRoute("public", { method: "post", path: "/auth/verify", tags, request: { body: json(verifySchema) }, responses: { 200: json(userSchema, "The address is verified") } });

/** Registering, logging in, and what mailed tokens are good for: all of it open to anyone. */
export function authRoutes(deps: Deps, limits?: Limits) {
  const { config, db } = deps;
  const logins = limitAttempts(deps, "login", limits);
  const registrations = limitAttempts(deps, "register", limits);
  const mails = limitAttempts(deps, "mail", limits);

  /** The same answer after the same time, whoever asks about whom. */
  async function answerMailRequest(c: Context<ApiEnv>, kind: TokenKind, email: string) {
    await mails.begin(`${kind} ${email}`, c.get("clientAddress"));
    await Promise.all([requestTokenMail(db, kind, email, new Date()), delay(MAIL_ANSWER_MS)]);
    return c.body(null, 202);
  }

  return createRouter()
    .openapi(register, async (c) => {
      const input = c.req.valid("json");
      await registrations.begin(input.email, c.get("clientAddress"));
      const names = { firstName: input.first_name, lastName: input.last_name };
      const user = await registerUser(db, { email: input.email, passwordHash: await hashPassword(input.password), ...names }, new Date());
      await logins.remember(user.email, c.get("clientAddress"));
      return c.json(user, 201);
    })
    .openapi(login, async (c) => {
      refuseForeignOrigin(deps, c.req.header("origin"), c.req.header("host"));
      const isForm = c.req.header("content-type")?.toLowerCase().startsWith("application/x-www-form-urlencoded");
      // A body without a media type has been read by neither schema.
      const input = strictLoginSchema.safeParse(isForm ? c.req.valid("form") : c.req.valid("json"));
      if (!input.success) throw refuseIssues(input.error.issues);
      const from = { address: c.get("clientAddress"), userAgent: c.req.header("user-agent") };
      const { token, expiresAt, cookie } = await logIn(deps, logins, { ...input.data, ...from });
      c.header("Set-Cookie", cookie);
      c.header("Cache-Control", "no-store");
      return c.json({ access_token: token, token_type: "bearer" as const, expires_at: expiresAt.toISOString() }, 200);
    })
    .openapi(forgot, (c) => answerMailRequest(c, "RESET_PASSWORD", c.req.valid("json").email))
    .openapi(requestVerify, (c) => answerMailRequest(c, "VERIFY_EMAIL", c.req.valid("json").email))
    .openapi(reset, async (c) => {
      const { token, password } = c.req.valid("json");
      const id = readUserToken(config.secretKey, "RESET_PASSWORD", token);
      const user = id === null ? null : await resetPassword(db, id, await hashPassword(password), new Date());
      if (user === null) throw refuseToken();
      await publishRevocation(deps, { type: "revoked.user", data: { user_id: user.id } });
      await logins.remember(user.email, c.get("clientAddress"));
      return c.body(null, 204);
    })
    .openapi(verify, async (c) => {
      const id = readUserToken(config.secretKey, "VERIFY_EMAIL", c.req.valid("json").token);
      const user = id === null ? null : await verifyEmail(db, id, new Date());
      if (user === null) throw refuseToken();
      return c.json(user, 200);
    });
}

function refuseToken() {
  return refuseField("token", "is not valid, used already or too old: ask for a new mail");
}
