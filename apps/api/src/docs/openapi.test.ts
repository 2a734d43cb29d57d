import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

type Schema = Record<string, unknown>;
type Operation = {
  "x-caller"?: string;
  "x-sends"?: object;
  "x-takes"?: object;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
};

let house: House;
// oxlint-disable-next-line typescript/no-explicit-any -- the document is what is judged here
let document: any;
let operations: [string, Operation][];
beforeAll(async () => {
  house = await openHouse({ worker: false });
  const { status, body } = await house.call("GET", "/openapi.json");
  expect(status).toBe(200);
  document = body;
  operations = Object.entries<Record<string, Operation>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
});
afterAll(() => house.stop());

/** Every object anywhere in the document, with where it stands. */
function* objectsOf(value: unknown, at = "#"): Generator<[string, Schema]> {
  if (typeof value !== "object" || value === null) return;
  yield [at, value as Schema];
  for (const [key, inner] of Object.entries(value)) yield* objectsOf(inner, `${at}/${key}`);
}

describe("the document", () => {
  test("is OpenAPI 3.1, with a title, a version and a licence", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: "PulseCheck", version: expect.any(String), license: { name: "MIT" } });
    const known = new Set([
      "openapi",
      "info",
      "servers",
      "paths",
      "webhooks",
      "components",
      "security",
      "tags",
      "externalDocs",
      "jsonSchemaDialect",
    ]);
    expect(Object.keys(document).filter((key) => !known.has(key))).toEqual([]);
  });

  test("refers only to what it holds, and every name is one that OpenAPI allows", () => {
    const references = [...objectsOf(document)].flatMap(([at, { $ref }]) =>
      typeof $ref === "string" ? [[at, $ref] as const] : [],
    );
    expect(references.length).toBeGreaterThan(20);
    for (const [at, reference] of references) {
      const found = reference
        .slice(2)
        .split("/")
        .reduce((value, key) => value?.[key], document);
      expect([at, reference, typeof found]).toEqual([at, reference, "object"]);
    }
    for (const part of Object.values<object>(document.components))
      for (const name of Object.keys(part)) expect(name).toMatch(/^[\w.-]+$/);
  });

  test("uses the schema words of 3.1, none that only 3.0 knew", () => {
    for (const [at, object] of objectsOf(document)) {
      if (!("type" in object) || typeof object["type"] !== "string") continue;
      expect([at, "nullable" in object]).toEqual([at, false]);
      for (const bound of ["exclusiveMinimum", "exclusiveMaximum"])
        if (bound in object) expect([at, typeof object[bound]]).toEqual([at, "number"]);
    }
  });
});

describe("every operation", () => {
  const CALLERS = ["public", "credential", "person", "superuser", "read", "write", "admin", "report"];
  test("says who may call it, and asks for a credential accordingly", () => {
    expect(operations.length).toBeGreaterThan(20);
    const schemes = Object.keys(document.components.securitySchemes).toSorted();
    for (const [name, { "x-caller": caller, security = [] }] of operations) {
      expect([name, CALLERS.includes(caller ?? "")]).toEqual([name, true]);
      const asked = security.flatMap((one) => Object.keys(one)).toSorted();
      expect([name, asked]).toEqual([name, caller === "public" ? [] : schemes]);
    }
  });

  test("declares each parameter of its path, once and required", () => {
    for (const [name, { parameters = [] }] of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter).toSorted();
      const declared = parameters.filter((one) => one.in === "path");
      expect([name, declared.map((one) => one.name).toSorted()]).toEqual([name, inPath]);
      expect(declared.every(({ required, schema }) => required === true && schema !== undefined)).toBe(true);
      const keys = parameters.map((one) => `${one.in} ${one.name}`);
      expect([name, new Set(keys).size]).toEqual([name, keys.length]);
    }
  });

  test("has a tag, a good answer, described answers, and problem documents for refusals", () => {
    for (const [name, { tags, responses, "x-caller": caller }] of operations) {
      expect([name, tags?.length]).toEqual([name, 1]);
      const codes = Object.keys(responses);
      expect([name, codes.some((code) => code.startsWith("2") || code === "101")]).toEqual([name, true]);
      for (const [code, { description, content }] of Object.entries(responses)) {
        expect([name, code, description]).toEqual([name, code, expect.any(String)]);
        // Pings are answered in the words of Healthchecks.
        const type = tags?.includes("Pings") ? "text/plain" : "application/problem+json";
        if (code.startsWith("4")) expect([name, code, Object.keys(content ?? {})]).toEqual([name, code, [type]]);
      }
      if (caller !== "public") expect([name, ...codes]).toEqual(expect.arrayContaining([name, "400", "401", "403"]));
      if (/\{\w*id\}/.test(name)) expect([name, codes.includes("404")]).toEqual([name, true]);
    }
  });

  test("that is a socket names what it sends and takes, and it alone answers 101", () => {
    const told = operations.flatMap(([name, { responses, ...operation }]) =>
      "101" in responses ? [[name, operation["x-caller"], operation["x-sends"], operation["x-takes"]]] : [],
    );
    const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(told).toEqual([
      ["GET /api/v1/ws/dashboard", "read", named("DashboardFrame"), named("DashboardMessage")],
      ["GET /api/v1/ws/sensors", "read", named("SensorFrame"), undefined],
      ["GET /api/v1/ws/{monitor_id}", "read", named("MonitorFrame"), undefined],
      ["GET /api/v1/ws/device", "report", named("SocketError"), named("DeviceMessage")],
    ]);
  });

  test("takes a body only where bodies belong, and always as JSON, but for the output of a job", () => {
    for (const [name, { requestBody }] of operations) {
      if (requestBody === undefined) continue;
      expect(name).toMatch(/^(POST|PUT|PATCH) /);
      const type = name.startsWith("POST /ping/") ? "text/plain" : "application/json";
      expect([name, type in requestBody.content]).toEqual([name, true]);
    }
  });
});

describe("the pages", () => {
  test("/docs brings its own files, and its policy lets it ask nobody else", async () => {
    const { status, body, headers } = await house.call("GET", "/docs");
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe/);
    const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      expect(file).toMatch(/^\//);
      const asset = await house.call("GET", file);
      expect([file, asset.status]).toEqual([file, 200]);
      expect(asset.headers.get("content-type")).toMatch(/^text\/(css|javascript)/);
      expect(asset.headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect(body).not.toMatch(/<script>|onload=/);
  });

  test("/redoc leads to the same, and nothing else of the folder is served", async () => {
    const { status, headers } = await house.call("GET", "/redoc");
    expect([status, headers.get("location")]).toEqual([302, "/docs"]);
    for (const file of [
      "package.json",
      "swagger-ui.js.map",
      "..%2fpackage.json",
      "constructor",
      "__proto__",
      "%2e%2e%2f%2e%2e%2fpackage.json",
    ])
      expect([file, (await house.call("GET", `/docs/${file}`)).status]).toEqual([file, 404]);
  });
});
