import { z } from "zod";

const name = z.string().trim().min(1).max(100);
/** E-mail addresses are kept and compared in lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());

// NIST SP 800-63B: length counts, composition rules do not; the obvious is refused.
const OBVIOUS = ["password", "12345678", "123456789", "1234567890", "qwertyuiop", "iloveyou", "pulsecheck"];
export const passwordSchema = z
  .string()
  .min(8, "must be at least 8 characters long")
  .max(256)
  .refine((text) => new Set(text).size >= 4 && !OBVIOUS.includes(text.toLowerCase()), "is too easy to guess");

export const registerSchema = z
  .strictObject({ email: emailSchema, password: passwordSchema, first_name: name, last_name: name })
  .superRefine(({ email, password }, context) => {
    if (password.toLowerCase() !== email) return;
    context.addIssue({ code: "custom", path: ["password"], message: "must not be the e-mail address" });
  });

/** Form logins may carry more fields (OAuth2's grant_type, scope ...): they are ignored. */
export const loginSchema = z.object({ username: z.string().max(254), password: z.string().max(256) });

export const profileSchema = z
  .strictObject({ first_name: name, last_name: name, password: passwordSchema, current_password: z.string().max(256) })
  .partial()
  .refine((input) => input.password === undefined || input.current_password !== undefined, {
    path: ["current_password"],
    message: "is needed to change the password",
  });

export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    is_active: z.boolean(),
    is_verified: z.boolean(),
    is_superuser: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "User" });
export type UserView = z.infer<typeof userSchema>;
