import { writeMailedToken } from "@pulsecheck/db/mailed-token";
import type { Role } from "@pulsecheck/shared/role";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";

/** The tokens of invitations that were mailed to this address, the oldest first. */
export async function mailedInvitations({ db, config }: House, recipient: string): Promise<string[]> {
  const where = { recipient, kind: "INVITATION" as const };
  const rows = await db.prisma.delivery.findMany({ where, orderBy: { createdAt: "asc" } });
  return rows.map(({ tokenId }) => writeMailedToken(config.secretKey, "INVITATION", tokenId ?? ""));
}

export type Invited = { id: string; email: string; token: string };

/** Invites an address by the API, into the workspace that `headers` name. */
export async function sendInvitation(
  house: House,
  { token: by }: Pick<Person, "token">,
  { email, role = "USER", headers = {} }: { email: string; role?: Role; headers?: Record<string, string> },
): Promise<Invited> {
  const { status, body } = await house.call("POST", "/api/v1/invitations", {
    token: by,
    json: { email, role },
    headers,
  });
  if (status !== 201) throw new Error(`an invitation was answered ${status}: ${JSON.stringify(body)}`);
  return { id: body.id, email, token: (await mailedInvitations(house, email)).at(-1) ?? "" };
}

export function acceptInvitation(house: House, { token: by }: Pick<Person, "token">, token: string): Promise<Answer> {
  return house.call("POST", "/users/me/invitations/accept", { token: by, json: { token } });
}

/** A shared workspace of this person's. Returns the header that names it. */
export async function addWorkspace(house: House, { token }: Person, name = "a team"): Promise<Record<string, string>> {
  const { body } = await house.call("POST", "/users/me/workspaces", { token, json: { name } });
  return { "X-Workspace-Id": String(body.id) };
}

/** Invites somebody and lets them accept. */
export async function bringIn(
  house: House,
  owner: Person,
  guest: Person,
  { role, headers }: { role: Role; headers: Record<string, string> },
): Promise<void> {
  const { token } = await sendInvitation(house, owner, { email: guest.email, role, headers });
  const { status, body } = await acceptInvitation(house, guest, token);
  if (status !== 200) throw new Error(`an acceptance was answered ${status}: ${JSON.stringify(body)}`);
}
