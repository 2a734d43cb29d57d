import { statusPageSchema, type StatusPageView } from "@pulsecheck/shared/status-page";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const PATH = "/api/v1/status-pages";
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
let shop: string;
let blog: string;
let foreign: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  shop = (await house.addMonitor(alice, { url: "https://example.com/shop", name: "shop" })).id;
  blog = (await house.addMonitor(alice, { url: "https://example.com/blog", name: "blog" })).id;
  foreign = (await house.addMonitor(charlie, { url: "https://example.com/", name: "charlie's" })).id;
  const { id: workspaceId } = await house.db.prisma.workspace.findFirstOrThrow({
    where: { memberships: { some: { userId: alice.id } } },
  });
  await house.db.prisma.membership.create({ data: { workspaceId, userId: bob.id, role: "USER" } });
});
afterAll(() => house.stop());

let pages = 0;
const newSlug = () => `page-${(pages += 1)}`;
const create = (json: object = {}, token: string | undefined = alice.token) =>
  house.call("POST", PATH, { token, json: { slug: newSlug(), title: "Alice's", ...json } });
const change = (id: string, json: unknown, token = alice.token) =>
  house.call("PATCH", `${PATH}/${id}`, { token, json });
const grouped = (...ids: string[]) => [{ name: "", components: ids.map((monitor_id) => ({ monitor_id })) }];
const componentsOf = ({ groups }: StatusPageView) => groups.flatMap(({ components }) => components);
async function given(json: object = {}): Promise<StatusPageView> {
  const { status, body } = await create(json);
  expect(status).toBe(201);
  return body;
}

describe("works", () => {
  test("a slug and a title make a page that nobody sees yet", async () => {
    const { status, body } = await create({ slug: "the-shop" });
    expect(status).toBe(201);
    expect(statusPageSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ slug: "the-shop", description: "", is_published: false, has_password: false });
    expect(body.groups).toEqual([]);
    expect(await house.call("GET", `${PATH}/${body.id}`, { token: alice.token })).toMatchObject({ status: 200, body });
    expect((await house.call("GET", "/status/the-shop")).status).toBe(404);
  });

  test("groups and components come back in their order, with the names to show", async () => {
    const groups = [
      { name: "Customers", components: [{ monitor_id: blog, name: "News" }] },
      { name: "", components: [{ monitor_id: shop }] },
      { name: "Empty", components: [] },
    ];
    const page = await given({ groups });
    expect(page.groups).toEqual([
      {
        name: "Customers",
        components: [{ id: expect.any(String), monitor_id: blog, monitor_name: "blog", name: "News" }],
      },
      { name: "", components: [{ id: expect.any(String), monitor_id: shop, monitor_name: "shop", name: null }] },
    ]);
    const ids = componentsOf(page).map(({ id }) => id);
    expect(new Set([...ids, shop, blog]).size).toBe(4);
  });

  test("a change leaves what it does not name; a monitor that stays keeps its component's id", async () => {
    const page = await given({ groups: grouped(shop, blog), description: "All of it" });
    const [first, second] = componentsOf(page);
    const renamed = await change(page.id, { title: "Ours", is_published: true });
    expect(renamed).toMatchObject({
      status: 200,
      body: { title: "Ours", is_published: true, description: "All of it" },
    });
    expect(renamed.body.groups).toEqual(page.groups);
    expect(renamed.body.updated_at > page.updated_at).toBe(true);
    const moved = await change(page.id, { groups: [{ name: "B", components: [{ monitor_id: blog, name: "Blog" }] }] });
    expect(componentsOf(moved.body)).toEqual([{ ...second, name: "Blog" }]);
    const back = await change(page.id, { groups: grouped(blog, shop) });
    expect(componentsOf(back.body)[0]?.id).toBe(second?.id);
    expect(componentsOf(back.body)[1]?.id).not.toBe(first?.id);
  });

  test("a password is stored hashed and never shown; null takes it away", async () => {
    const page = await given({ password: "open sesame" });
    expect(page.has_password).toBe(true);
    const stored = await house.db.prisma.statusPage.findUniqueOrThrow({ where: { publicId: page.id } });
    expect(stored.passwordHash).toMatch(/^\$argon2id\$/);
    expect((await change(page.id, { title: "still closed" })).body.has_password).toBe(true);
    expect((await change(page.id, { password: null })).body.has_password).toBe(false);
  });

  test("deleting a monitor takes it off the page; deleting the page leaves the monitors", async () => {
    const gone = await house.addMonitor(alice, { url: "https://example.com/gone", name: "gone" });
    const page = await given({ groups: grouped(gone.id, shop) });
    await house.call("DELETE", `/api/v1/monitors/${gone.id}`, { token: alice.token });
    const { body } = await house.call("GET", `${PATH}/${page.id}`, { token: alice.token });
    expect(componentsOf(body).map(({ monitor_id }) => monitor_id)).toEqual([shop]);
    expect((await house.call("DELETE", `${PATH}/${page.id}`, { token: alice.token })).status).toBe(204);
    expect((await house.call("GET", `${PATH}/${page.id}`, { token: alice.token })).status).toBe(404);
    expect((await house.call("GET", `/api/v1/monitors/${shop}`, { token: alice.token })).status).toBe(200);
  });

  test("the list shows each page once, page by page, and nothing of others", async () => {
    const all: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query = `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body } = await house.call("GET", PATH + query, { token: alice.token });
      all.push(...body.items.map(({ id }: StatusPageView) => id));
      cursor = body.next_cursor;
    }
    const { body } = await house.call("GET", PATH, { token: alice.token });
    expect(all).toEqual(body.items.map(({ id }: StatusPageView) => id));
    expect(new Set(all).size).toBe(all.length);
    expect((await house.call("GET", PATH, { token: charlie.token })).body).toEqual({ items: [], next_cursor: null });
  });

  test("a member of the workspace writes as its owner does", async () => {
    const { id } = await given();
    const { publicId } = await house.db.prisma.workspace.findFirstOrThrow({
      where: { statusPages: { some: { publicId: id } } },
    });
    const headers = { "X-Workspace-Id": publicId };
    const answer = await house.call("PATCH", `${PATH}/${id}`, { token: bob.token, headers, json: { title: "Bob's" } });
    expect(answer).toMatchObject({ status: 200, body: { title: "Bob's" } });
  });
});

describe("400 that names the field", () => {
  const bad: [string, object][] = [
    ...["", "ab", "a".repeat(61), "-shop", "shop-", "Shop", "sh_op", "shöp", "a b c", "../x"].map(
      (slug): [string, object] => ["slug", { slug }],
    ),
    ["title", { title: "  " }],
    ["title", { title: "x".repeat(121) }],
    ["description", { description: "x".repeat(2_001) }],
    ["password", { password: "abc" }],
    ["password", { password: "x".repeat(201) }],
    ["is_published", { is_published: "yes" }],
    ["is_public", { is_public: true }],
    ["groups.0.name", { groups: [{ name: "x".repeat(101), components: [] }] }],
    [
      "groups.1.name",
      {
        groups: [
          { name: "A", components: [] },
          { name: "A ", components: [] },
        ],
      },
    ],
    ["groups.0.components.0.monitor_id", { groups: grouped("1") }],
    ["groups.0.components.0.url", { groups: [{ name: "", components: [{ monitor_id: UNKNOWN, url: "x" }] }] }],
    ["groups", { groups: grouped(...Array.from({ length: 201 }, (_, i) => `${UNKNOWN.slice(0, -3)}${100 + i}`)) }],
  ];
  test.each(bad)("%s (%#)", async (field, fields) => {
    const { id } = await given();
    for (const { status, body } of [await create(fields), await change(id, fields)]) {
      expect(status).toBe(400);
      expect([...new Set(body.errors.map((error: { field: string }) => error.field))]).toEqual([field]);
    }
    await house.call("DELETE", `${PATH}/${id}`, { token: alice.token });
  });

  test("a monitor twice, one that is nowhere, and one of another workspace, which are alike", async () => {
    const twice = await create({ groups: [...grouped(shop), { name: "again", components: [{ monitor_id: shop }] }] });
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ field: "groups.1.components.0.monitor_id" }] } });
    const page = await given({ groups: grouped(blog) });
    const nowhere = await change(page.id, { title: "half", groups: grouped(shop, UNKNOWN) });
    const others = await change(page.id, { title: "half", groups: grouped(shop, foreign) });
    expect(others).toMatchObject({ status: 400, body: { errors: [{ field: "groups.0.components.1.monitor_id" }] } });
    expect(nowhere.body.errors).toEqual(others.body.errors);
    const { body } = await house.call("GET", `${PATH}/${page.id}`, { token: alice.token });
    expect(body).toEqual(page);
  });
});

test("401 without a credential", async () => {
  const { id } = await given();
  for (const [method, path] of [
    ["POST", PATH],
    ["GET", PATH],
    ["PATCH", `${PATH}/${id}`],
    ["DELETE", `${PATH}/${id}`],
  ] as const)
    expect((await house.call(method, path)).status).toBe(401);
});

test("403 for a viewer who writes; a viewer reads", async () => {
  const { id } = await given();
  const token = await house.createKey(alice, "VIEWER");
  expect((await create({}, token)).status).toBe(403);
  expect((await change(id, { title: "x" }, token)).status).toBe(403);
  expect((await house.call("DELETE", `${PATH}/${id}`, { token })).status).toBe(403);
  expect((await house.call("GET", `${PATH}/${id}`, { token })).status).toBe(200);
});

test("404 for a stranger, and for what is nowhere", async () => {
  const { id } = await given();
  for (const [who, which] of [
    [charlie.token, id],
    [alice.token, UNKNOWN],
  ] as const) {
    expect((await change(which, { title: "taken over" }, who)).status).toBe(404);
    expect((await house.call("GET", `${PATH}/${which}`, { token: who })).status).toBe(404);
    expect((await house.call("DELETE", `${PATH}/${which}`, { token: who })).status).toBe(404);
  }
  expect((await house.call("GET", `${PATH}/${id}`, { token: alice.token })).body.title).toBe("Alice's");
});

describe("409", () => {
  const TAKEN = { status: 409, body: { errors: [{ field: "slug", detail: "is taken" }] } };

  test("a slug is one page's in the whole instance, also of many who ask at once", async () => {
    const { slug } = await given();
    expect(await create({ slug }, charlie.token)).toMatchObject(TAKEN);
    const mine = await given();
    expect(await change(mine.id, { slug })).toMatchObject(TAKEN);
    expect(await change(mine.id, { slug: mine.slug })).toMatchObject({ status: 200 });
    const race = await Promise.all(Array.from({ length: 5 }, () => create({ slug: "raced-for" }, charlie.token)));
    expect(race.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  });

  test("a workspace has 20 pages at most, also when they come at once", async () => {
    const eve = await house.register("eve");
    const answers = await Promise.all(Array.from({ length: 22 }, () => create({}, eve.token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  });
});
