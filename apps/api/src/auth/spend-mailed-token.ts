import { readMailedToken, type MailedTokenKind } from "@pulsecheck/db/mailed-token";
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
  const user = await spendToken(deps, "RESET_PASSWORD", reset.token, async (id) =>
    resetPassword(deps.db, id, await hashPassword(reset.password), new Date()),
  );
  await publishRevocation(deps, { type: "revoked.user", data: { user_id: user.id } });
  await logins.remember(user.email, reset.address);
}

/** Marks the address as verified. Refuses (400) a token that is worthless. */
export async function spendVerifyToken(deps: Deps, token: string): Promise<UserView> {
  return spendToken(deps, "VERIFY_EMAIL", token, (id) => verifyEmail(deps.db, id, new Date()));
}

/**
 * What a mailed token is good for. Refuses (400) one that is worthless.
 * @param spend by the id in the token; null where nothing goes by it any more
 */
export async function spendToken<T>(
  { config }: Deps,
  kind: MailedTokenKind,
  token: string,
  spend: (id: string) => Promise<T | null>,
): Promise<T> {
  const id = readMailedToken(config.secretKey, kind, token);
  const spent = id === null ? null : await spend(id);
  if (spent === null) throw refuseField("token", "is not valid, used already or too old: ask for a new mail");
  return spent;
}
