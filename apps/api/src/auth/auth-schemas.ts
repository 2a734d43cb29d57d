import { pageQuery, sortQuery, textQuery } from "@pulsecheck/shared/list";
import { emailSchema, loginSchema, passwordSchema } from "@pulsecheck/shared/user";
import { z } from "zod";

/** JSON logins are strict; forms may carry OAuth2's other fields. */
export const strictLoginSchema = z.strictObject(loginSchema.shape);

export const loginAnswerSchema = z
  .object({ access_token: z.string(), token_type: z.literal("bearer"), expires_at: z.iso.datetime() })
  .meta({ id: "Login" });

export const emailOnlySchema = z.strictObject({ email: emailSchema });
export const resetSchema = z.strictObject({ token: z.string().max(200), password: passwordSchema });
export const verifySchema = z.strictObject({ token: z.string().max(200) });

export const ticketSchema = z.object({ token: z.string(), expires_at: z.iso.datetime() }).meta({ id: "SocketTicket" });

export const sessionListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(["created_at", "expires_at"], "-created_at"),
  q: textQuery("the network address or the browser"),
});

export const sessionSchema = z
  .object({
    id: z.string(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    is_current: z.boolean(),
  })
  .meta({ id: "Session" });
