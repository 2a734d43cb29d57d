import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";
import { newEmail, registration } from "./test-people.ts";

let app: TestApp;
beforeAll(async () => void (app = await openTestApp()));
afterAll(() => app.close());

describe("POST /auth/register", () => {
  test("of many at once, exactly one becomes the superuser", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => app.call("POST", "/auth/register", { json: registration(newEmail("first")) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(answers.filter(({ body }) => body.is_superuser)).toHaveLength(1);
    const later = await app.call("POST", "/auth/register", { json: registration(newEmail("later")) });
    expect(later.body.is_superuser).toBe(false);
  });

  test("works: the user, a personal workspace and a verification mail come into being together", async () => {
    const email = newEmail("alice");
    const { status, body } = await app.call("POST", "/auth/register", {
      json: registration(` ${email.toUpperCase()} `),
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      email,
      first_name: "Alice",
      last_name: "Liddell",
      is_active: true,
      is_verified: false,
      is_superuser: false,
      created_at: expect.stringMatching(/Z$/),
    });
    const membership = await app.db.prisma.membership.findFirstOrThrow({
      where: { userId: String(body.id) },
      include: { workspace: true },
    });
    expect(membership).toMatchObject({ role: "ADMIN", isPersonal: true, workspace: { name: "Alice's workspace" } });
    const token = await app.db.prisma.userToken.findFirstOrThrow({ where: { userId: String(body.id) } });
    const deliveries = await app.db.prisma.delivery.findMany({ where: { recipient: email } });
    expect(deliveries).toMatchObject([{ kind: "VERIFY_EMAIL", state: "PENDING", tokenId: token.id }]);
  });

  test("409 for an address that is taken, in whatever case, naming the field", async () => {
    const email = newEmail("taken");
    await app.call("POST", "/auth/register", { json: registration(email) });
    const { status, body } = await app.call("POST", "/auth/register", { json: registration(email.toUpperCase()) });
    expect(status).toBe(409);
    expect(body).toMatchObject({ title: "Conflict", errors: [{ field: "email" }] });
  });

  test("the same address ten times at once: one 201, nine 409, one workspace", async () => {
    const email = newEmail("race");
    const before = await app.db.prisma.workspace.count();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.call("POST", "/auth/register", { json: registration(email) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(await app.db.prisma.workspace.count()).toBe(before + 1);
  });

  test.each([
    ["email", { ...registration("not-an-address") }],
    ["password", { ...registration(newEmail("x"), "short") }],
    ["password", { ...registration(newEmail("x"), "aaaaaaaaaaaa") }],
    ["password", { ...registration("me@example.com", "me@example.com") }],
    ["first_name", { ...registration(newEmail("x")), first_name: " " }],
    ["last_name", { ...registration(newEmail("x")), last_name: 7 }],
    ["is_superuser", { ...registration(newEmail("x")), is_superuser: true }],
  ])("400 names %s and stores nothing", async (field, json) => {
    const before = await app.db.prisma.user.count();
    const { status, body } = await app.call("POST", "/auth/register", { json });
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.objectContaining({ field })]);
    expect(await app.db.prisma.user.count()).toBe(before);
  });
});
