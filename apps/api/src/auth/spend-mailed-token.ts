import { readMailedToken } from "@pulsecheck/db/mailed-token";
import { resetPassword, verifyEmail } from "@pulsecheck/db/users";
import { refuseField } from "@pulsecheck/shared/refusal";
import type { UserView } from "@pulsecheck/shared/user";
import type { Deps } from "../context.ts";
import type { Attempts } from "../http/rate-limit.ts";
import { hashPassword } from "./passwords.ts";
import { publishRevocation } from "./revocations.ts";

export type PasswordReset = { token: string; password: string; address: string };

/** Sets the new password and ends every session, sockets included. Refuses (400) a token that is worthless. */
export async function spendResetToken(deps: Deps, logins: Attempts, reset: PasswordReset): Promise<void> {
  const id = readMailedToken(deps.config.secretKey, "RESET_PASSWORD", reset.token);
  const user = id === null ? null : await resetPassword(deps.db, id, await hashPassword(reset.password), new Date());
  if (user === null) throw refuseToken();
  await publishRevocation(deps, { type: "revoked.user", data: { user_id: user.id } });
  await logins.remember(user.email, reset.address);
}

/** Marks the address as verified. Refuses (400) a token that is worthless. */
export async function spendVerifyToken({ config, db }: Deps, token: string): Promise<UserView> {
  const id = readMailedToken(config.secretKey, "VERIFY_EMAIL", token);
  const user = id === null ? null : await verifyEmail(db, id, new Date());
  if (user === null) throw refuseToken();
  return user;
}

/** The refusal (400) of a token that is good for nothing. */
export function refuseToken() {
  return refuseField("token", "is not valid, used already or too old: ask for a new mail");
}
