import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPrincipal } from "./principal.ts";
import { hashSecret } from "./secrets.ts";
import { openTestApp, type TestApp } from "./test-app.ts";
import { join, type Person } from "./test-people.ts";

let app: TestApp;
let alice: Person;
let bob: Person;
let shared: { id: number; publicId: string };
beforeAll(async () => {
  app = await openTestApp();
  alice = await join(app, "alice");
  bob = await join(app, "bob");
  const memberships = {
    create: [
      { userId: alice.id, role: "ADMIN" as const },
      { userId: bob.id, role: "VIEWER" as const },
    ],
  };
  shared = await app.db.prisma.workspace.create({
    data: { name: "Shared", memberships },
    select: { id: true, publicId: true },
  });
});
afterAll(() => app.close());

const personalOf = async ({ id }: Person) =>
  (
    await app.db.prisma.membership.findFirstOrThrow({
      where: { userId: id, isPersonal: true },
      include: { workspace: true },
    })
  ).workspace;
const whoAmI = (token: string, workspace?: string) =>
  app.call("GET", "/api/v1/whoami", { token, headers: workspace ? { "X-Workspace-Id": workspace } : {} });

describe("X-Workspace-Id", () => {
  test("the personal workspace is the default; the header names another, with the role there", async () => {
    const personal = await personalOf(bob);
    expect((await whoAmI(bob.token)).body).toMatchObject({ workspace: personal.id, role: "ADMIN" });
    expect((await whoAmI(bob.token, personal.publicId)).body).toMatchObject({ workspace: personal.id });
    expect((await whoAmI(bob.token, shared.publicId.toUpperCase())).body).toMatchObject({
      workspace: shared.id,
      role: "VIEWER",
    });
  });

  test("404 for a workspace of strangers, one that is not there, and nonsense: all the same", async () => {
    const { publicId } = await personalOf(alice);
    const answers = [publicId, "00000000-0000-4000-8000-000000000000", "1", "' OR 1=1"].map((workspace) =>
      whoAmI(bob.token, workspace),
    );
    expect(
      new Set((await Promise.all(answers)).map(({ status, body }) => JSON.stringify([status, body]))),
    ).toHaveLength(1);
    expect((await answers[0])?.status).toBe(404);
  });

  test("a key stays in its workspace: 404 for any other, its creator's included", async () => {
    const { body } = await app.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "ci", role: "USER" },
      headers: { "X-Workspace-Id": shared.publicId },
    });
    expect((await whoAmI(String(body.key))).body).toMatchObject({ workspace: shared.id, role: "USER" });
    expect((await whoAmI(String(body.key), shared.publicId)).status).toBe(200);
    expect((await whoAmI(String(body.key), (await personalOf(alice)).publicId)).status).toBe(404);
  });
});

describe("a socket's ticket", () => {
  const path = "/api/v1/ws/ticket";
  const redeem = (ticket: string) => findPrincipal(app.deps, { ticket });
  async function buy(token: string, headers: Record<string, string> = {}): Promise<string> {
    const { status, body } = await app.call("POST", path, { token, headers });
    expect(status).toBe(201);
    const seconds = (Date.parse(String(body.expires_at)) - Date.now()) / 1_000;
    expect(seconds).toBeGreaterThan(28);
    expect(seconds).toBeLessThanOrEqual(30);
    return String(body.token);
  }

  test("stands for the session that asked, in the workspace that it named, once", async () => {
    const ticket = await buy(bob.token, { "X-Workspace-Id": shared.publicId });
    const proofs = await Promise.all([redeem(ticket), redeem(ticket), redeem(ticket)]);
    const [proof, ...more] = proofs.filter((one) => one !== null);
    expect(more).toEqual([]);
    expect(proof?.scope.workspaceId).toBe(shared.id);
    expect(proof?.principal).toEqual({
      userId: bob.id,
      role: "VIEWER",
      isSuperuser: false,
      via: { kind: "session", sessionHash: hashSecret(bob.token) },
    });
  });

  test("is stored as its hash, and is no bearer token", async () => {
    const ticket = await buy(bob.token);
    expect(await app.db.prisma.wsTicket.findUnique({ where: { tokenHash: hashSecret(ticket) } })).not.toBeNull();
    expect((await whoAmI(ticket)).status).toBe(401);
    expect(await redeem(hashSecret(ticket))).toBeNull();
  });

  test("is worthless after its end", async () => {
    const ticket = await buy(bob.token);
    await app.db.prisma.wsTicket.update({
      where: { tokenHash: hashSecret(ticket) },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    expect(await redeem(ticket)).toBeNull();
  });

  test("ends with the session that asked", async () => {
    const dora = await join(app, "dora");
    const ticket = await buy(dora.token);
    await app.call("POST", "/auth/logout", { token: dora.token });
    expect(await redeem(ticket)).toBeNull();
  });

  test("ends with the key that asked, and with the membership", async () => {
    const { body } = await app.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "ci", role: "VIEWER" },
    });
    const [good, late] = [await buy(String(body.key)), await buy(String(body.key))];
    expect((await redeem(good))?.principal).toMatchObject({ role: "VIEWER", via: { kind: "key", keyId: body.id } });
    await app.call("DELETE", `/api/v1/api-keys/${String(body.id)}`, { token: alice.token });
    expect(await redeem(late)).toBeNull();
    const member = await buy(bob.token, { "X-Workspace-Id": shared.publicId });
    await app.db.prisma.membership.delete({
      where: { workspaceId_userId: { workspaceId: shared.id, userId: bob.id } },
    });
    expect(await redeem(member)).toBeNull();
  });

  test("stands for a key that only reports as just that", async () => {
    const { body } = await app.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "in", role: "INGEST" },
    });
    expect((await redeem(await buy(String(body.key))))?.principal).toMatchObject({ role: "INGEST" });
  });

  test("401 without a login", async () => {
    expect((await app.call("POST", path)).status).toBe(401);
  });
});
