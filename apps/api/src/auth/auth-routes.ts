import { registerUser } from "@pulsecheck/db/users";
import { loginSchema, registerSchema, userSchema } from "@pulsecheck/shared/user";
import type { Deps } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { refuseIssues } from "../http/problems.ts";
import { limitAttempts } from "../http/rate-limit.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineCreation } from "../http/usual-routes.ts";
import { loginAnswerSchema, strictLoginSchema } from "./auth-schemas.ts";
import { refuseForeignOrigin } from "./authenticate.ts";
import { logIn } from "./log-in.ts";
import { mailedTokenRoutes } from "./mailed-token-routes.ts";
import { hashPassword } from "./passwords.ts";

const tags = ["Users"];
const FORM = "application/x-www-form-urlencoded";

const register = defineCreation(
  "public",
  {
    path: "/auth/register",
    tags,
    body: registerSchema,
    view: userSchema,
    says: "Registered; a mail asks to verify the address",
  },
  [409, 429],
);
const login = defineRoute(
  "public",
  {
    method: "post",
    path: "/auth/login",
    tags,
    request: {
      body: { content: { "application/json": { schema: strictLoginSchema }, [FORM]: { schema: loginSchema } } },
    },
    responses: { 200: json(loginAnswerSchema, "Logged in; a cookie carries the same token") },
  },
  [401, 403, 429],
);

/** Registering, logging in, and what mailed tokens are good for: all of it open to anyone. */
export function authRoutes(deps: Deps, limits?: Limits) {
  const { db } = deps;
  const logins = limitAttempts(deps, "login", limits);
  const registrations = limitAttempts(deps, "register", limits);
  const router = createRouter();

  router.openapi(register, async (c) => {
    const { email, password, first_name: firstName, last_name: lastName } = c.req.valid("json");
    await registrations.begin(email, c.get("clientAddress"));
    const passwordHash = await hashPassword(password);
    const user = await registerUser(db, { email, passwordHash, firstName, lastName }, new Date());
    await logins.remember(email, c.get("clientAddress"));
    return c.json(user, 201);
  });

  router.openapi(login, async (c) => {
    refuseForeignOrigin(deps, c.req.header("origin"), c.req.header("host"));
    const isForm = c.req.header("content-type")?.toLowerCase().startsWith(FORM);
    // A body without a media type has been read by neither schema.
    const input = strictLoginSchema.safeParse(isForm ? c.req.valid("form") : c.req.valid("json"));
    if (!input.success) throw refuseIssues(input.error.issues);
    const from = { address: c.get("clientAddress"), userAgent: c.req.header("user-agent") };
    const { token, expiresAt, cookie } = await logIn(deps, logins, { ...input.data, ...from });
    c.header("Set-Cookie", cookie);
    c.header("Cache-Control", "no-store");
    return c.json({ access_token: token, token_type: "bearer" as const, expires_at: expiresAt.toISOString() }, 200);
  });

  return router.route("/", mailedTokenRoutes(deps, logins, limits));
}
