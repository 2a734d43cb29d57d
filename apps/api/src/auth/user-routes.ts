import { changePassword, findAccount, getUser, updateProfile } from "@pulsecheck/db/users";
import { refuseField, Refusal } from "@pulsecheck/shared/refusal";
import { profileSchema, userSchema } from "@pulsecheck/shared/user";
import type { Deps, Principal } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { limitAttempts, type Attempts } from "../http/rate-limit.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { publishRevocation } from "./revocations.ts";

const tags = ["Users"];
const path = "/users/me";

const get = defineRoute("person", { method: "get", path, tags, responses: { 200: json(userSchema, "The caller") } });
const patch = defineRoute(
  "person",
  {
    method: "patch",
    path,
    tags,
    request: { body: json(profileSchema) },
    responses: { 200: json(userSchema, "Changed; a new password has ended all other sessions") },
  },
  [409, 429],
);

/** A person's own account. */
export function userRoutes(deps: Deps, limits?: Limits) {
  const proofs = limitAttempts(deps, "password", limits);
  return createRouter()
    .openapi(get, async (c) => c.json(await getUser(deps.db, c.get("principal").userId), 200))
    .openapi(patch, async (c) => {
      const { first_name, last_name, password, current_password = "" } = c.req.valid("json");
      const principal = c.get("principal");
      if (password !== undefined) {
        await replacePassword(deps, proofs, principal, {
          password,
          current: current_password,
          address: c.get("clientAddress"),
        });
      }
      return c.json(
        await updateProfile(deps.db, principal.userId, { firstName: first_name, lastName: last_name }),
        200,
      );
    });
}

type PasswordInput = { password: string; current: string; address: string };

async function replacePassword(
  deps: Deps,
  proofs: Attempts,
  { userId, via }: Principal,
  input: PasswordInput,
): Promise<void> {
  const account = await findAccount(deps.db, { id: userId });
  if (account === null) throw new Refusal(401, "There is no such user any more.");
  if (input.password.toLowerCase() === account.email) throw refuseField("password", "must not be the e-mail address");
  const succeeded = await proofs.begin(userId, input.address);
  if (!(await verifyPassword(account.passwordHash, input.current))) throw refuseField("current_password", "is wrong");
  const change = {
    userId,
    provenHash: account.passwordHash,
    passwordHash: await hashPassword(input.password),
    keepSession: via.kind === "session" ? via.sessionHash : null,
  };
  if (!(await changePassword(deps.db, change, new Date())))
    throw new Refusal(409, "The password was changed just now by another request.");
  await publishRevocation(deps, {
    type: "revoked.user",
    data: { user_id: userId, except_session_hash: change.keepSession ?? undefined },
  });
  await succeeded();
}
