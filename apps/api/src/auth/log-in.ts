import { findAccount } from "@pulsecheck/db/users";
import { Refusal } from "@pulsecheck/shared/refusal";
import { emailSchema } from "@pulsecheck/shared/user";
import type { Deps } from "../context.ts";
import type { Attempts } from "../http/rate-limit.ts";
import { openSessions } from "./lucia.ts";
import { verifyPassword } from "./passwords.ts";

export type LoginInput = { username: string; password: string; address: string; userAgent: string | undefined };

const LONGEST_USER_AGENT = 200;

/**
 * Opens a session. Refuses (401) an unknown user, a wrong password and an inactive user alike, in words and in
 * time; (429) one attempt too many.
 */
export async function logIn(deps: Pick<Deps, "db" | "config">, attempts: Attempts, input: LoginInput) {
  const { data: email = null } = emailSchema.safeParse(input.username);
  const succeeded = await attempts.begin(email ?? input.username, input.address);
  const account = email === null ? null : await findAccount(deps.db, { email });
  const isRight = await verifyPassword(account?.passwordHash ?? null, input.password);
  if (account === null || !isRight || !account.isActive)
    throw new Refusal(401, "The e-mail address or the password is wrong.");
  const session = await openSessions(deps).start({
    userId: account.id,
    provenHash: account.passwordHash,
    address: input.address,
    userAgent: input.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
  });
  await succeeded();
  return session;
}
