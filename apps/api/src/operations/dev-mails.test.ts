import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { openHouse } from "../../../../tests/harness/house.ts";

async function open(env: Record<string, string>) {
  const house = await openHouse({ worker: false, env });
  onTestFinished(() => house.stop());
  await house.db.prisma.devMail.create({
    data: { recipient: "alice@example.com", subject: "DOWN: shop", html: "<p>down</p>", text: "down" },
  });
  return house;
}

/** The status for a Host header of one's own: fetch does not let us choose it. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/dev/mails`, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("on one's own machine", () => {
  test("whoever sits at it reads the kept mails, without a credential", async () => {
    const house = await open({});
    const { status, body } = await house.call("GET", "/dev/mails?limit=1");
    expect(status).toBe(200);
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        to: "alice@example.com",
        subject: "DOWN: shop",
        html: "<p>down</p>",
        text: "down",
        created_at: expect.any(String),
      },
    ]);
  });

  test("only under its own names: a foreign name that points here is refused", async () => {
    const { url } = await open({});
    for (const host of ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
      expect([host, await statusFor(url, host)]).toEqual([host, 200]);
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "192.168.1.5",
      "localhost@evil.example",
      "a b",
    ])
      expect([host, (await statusFor(url, host)) >= 400]).toEqual([host, true]);
  });

  test("not through a proxy from elsewhere", async () => {
    const house = await open({ TRUST_PROXY: "true" });
    expect((await house.call("GET", "/dev/mails", { headers: { "X-Forwarded-For": "203.0.113.9" } })).status).toBe(403);
    expect((await house.call("GET", "/dev/mails", { headers: { "X-Forwarded-For": "127.0.0.1" } })).status).toBe(200);
  });
});

test("elsewhere: operators only", async () => {
  const house = await open({ PULSECHECK_EMBEDDED: "false", EMAIL_DEV_MODE: "true" });
  const [operator, bob] = [await house.register("alice"), await house.register("bob")];
  expect((await house.call("GET", "/dev/mails")).status).toBe(401);
  expect((await house.call("GET", "/dev/mails", { token: bob.token })).status).toBe(403);
  expect((await house.call("GET", "/dev/mails", { token: await house.createKey(operator, "ADMIN") })).status).toBe(403);
  const { status, body } = await house.call("GET", "/dev/mails", { token: operator.token });
  expect(status).toBe(200);
  expect(body.items[0].subject).toBe("DOWN: shop");
});

test("where mails are really sent it does not exist", async () => {
  for (const embedded of ["true", "false"]) {
    const house = await open({ PULSECHECK_EMBEDDED: embedded, POSTMARK_API_TOKEN: "a-token" });
    const { token } = await house.register("alice");
    for (const options of [{}, { token }]) expect((await house.call("GET", "/dev/mails", options)).status).toBe(404);
  }
});
