import { z } from "zod";
import { read } from "../simulate/access.ts";
import { PASSWORD, PEOPLE, WORKSPACE } from "./cast.ts";
import type { TemporaryApi } from "./temporary-api.ts";

/** Calls the API as somebody; throws what it refuses. */
export type Voice = (method: string, path: string, json?: unknown) => Promise<unknown>;
export type Company = Record<keyof typeof PEOPLE, Voice>;

const login = z.object({ access_token: z.string() });

/** Has everybody register and prove their address; the admin's workspace becomes the one of all. */
export async function gatherPeople(api: TemporaryApi): Promise<Company> {
  const { sender, db, tokenOf } = api;
  const anybody: Voice = async (method, path, json) => read(z.unknown(), await sender.send(method, path, json));
  async function register(who: keyof typeof PEOPLE): Promise<Voice> {
    const { email, firstName, lastName } = PEOPLE[who];
    await anybody("POST", "/auth/register", { email, password: PASSWORD, first_name: firstName, last_name: lastName });
    const mailed = { user: { email }, kind: "VERIFY_EMAIL" } as const;
    const { id } = await db.prisma.userToken.findFirstOrThrow({ where: mailed, select: { id: true } });
    await anybody("POST", "/auth/verify", { token: tokenOf("VERIFY_EMAIL", id) });
    const { access_token: token } = login.parse(
      await anybody("POST", "/auth/login", { username: email, password: PASSWORD }),
    );
    return async (method, path, json) => read(z.unknown(), await sender.send(method, path, json, token));
  }
  // The first one ever operates the instance.
  const admin = await register("admin");
  await admin("PATCH", "/api/v1/workspace", { name: WORKSPACE, alert_audience: "members" });
  const company = { admin, user: await register("user"), viewer: await register("viewer") };
  for (const who of ["user", "viewer"] as const) await join(api, company, who);
  return company;
}

async function join({ db, tokenOf }: TemporaryApi, company: Company, who: "user" | "viewer"): Promise<void> {
  const { email, role } = PEOPLE[who];
  await company.admin("POST", "/api/v1/invitations", { email, role });
  const { tokenId } = await db.prisma.invitation.findFirstOrThrow({ where: { email } });
  await company[who]("POST", "/users/me/invitations/accept", { token: tokenOf("INVITATION", tokenId) });
  // Without a workspace of their own they see the shared one first.
  await db.prisma.workspace.deleteMany({ where: { memberships: { every: { isPersonal: true, user: { email } } } } });
}
