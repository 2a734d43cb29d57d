import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const HTML = { headers: { Accept: "text/html,application/xhtml+xml" } };

let house: House;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { PUBLIC_URL: "https://example.com/pulse" } });
});
afterAll(() => house.stop());

describe("the page", () => {
  test.each(["/", "/login", "/monitors/0d9b8f6e-6f3c-4f5e-8f0b-0a2d8e3f4a5b", "/verify?token=abc"])(
    "%s is the dashboard, with nothing in it that may run",
    async (path) => {
      const { status, headers, body } = await house.call("GET", path, HTML);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=UTF-8");
      expect(headers.get("cache-control")).toBe("no-cache");
      const policy = headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain("unsafe");
      expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|javascript:|https?:\/\//);
      expect(body).not.toContain("abc");
    },
  );

  test("knows the path of PUBLIC_URL, and asks for everything below it", async () => {
    const { body } = await house.call("GET", "/incidents", HTML);
    expect(body).toContain('<base href="/pulse/" />');
    const addresses = [...String(body).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => address?.startsWith("/") && address !== "/pulse/")).toEqual([]);
  });

  test.each([
    ["GET", "/api/v1/nothing"],
    ["GET", "/auth/nothing"],
    ["GET", "/assets/nothing.js"],
    ["GET", "/docs/nothing"],
    ["POST", "/login"],
  ])("%s %s is no page", async (method, path) => {
    const { status, headers } = await house.call(method, path, HTML);
    expect([401, 404]).toContain(status);
    expect(headers.get("content-type")).toBe("application/problem+json");
  });

  test("a client that does not ask for a page gets none", async () => {
    expect((await house.call("GET", "/incidents", { headers: { Accept: "application/json" } })).status).toBe(404);
  });
});

test("what is answered to one person is kept nowhere", async () => {
  const alice = await house.register("alice");
  for (const path of ["/users/me", "/api/v1/board", "/api/v1/monitors", "/api/v1/nothing"]) {
    const { headers } = await house.call("GET", path, { token: alice.token });
    expect([path, headers.get("cache-control")]).toEqual([path, "private, no-store"]);
  }
});

describe("its files", () => {
  test("are kept for good where their name has a hash, and come compressed", async () => {
    const { body } = await house.call("GET", "/", HTML);
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(body)?.[1] ?? "";
    const plain = await house.call("GET", script, { headers: { "Accept-Encoding": "identity" } });
    expect(plain.status).toBe(200);
    expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(plain.headers.get("content-type")).toMatch(/^text\/javascript/);
    for (const encoding of ["br", "gzip"]) {
      const packed = await house.call("GET", script, { headers: { "Accept-Encoding": encoding } });
      expect(packed.headers.get("content-encoding")).toBe(encoding);
      expect(packed.headers.get("vary")).toContain("Accept-Encoding");
      expect(packed.body).toBe(plain.body);
    }
    expect((await house.call("GET", "/theme.js")).headers.get("cache-control")).toBe("no-cache");
  });

  test.each([
    "/assets/../index.html",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/.sources-hash",
  ])("%s is none of them", async (path) => {
    const answer = await house.call("GET", path);
    expect(answer.status).toBe(404);
  });
});
