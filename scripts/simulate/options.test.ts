import { describe, expect, test } from "vitest";
import { readOptions } from "./options.ts";

const read = (line: string, env: Record<string, string> = { PULSECHECK_API_KEY: "pc_env" }) =>
  readOptions(line.split(" ").filter(Boolean), env);

function optionsOf(line: string, env?: Record<string, string>) {
  const result = read(line, env);
  if (result.kind !== "options") throw new Error(`${line}: ${result.kind}`);
  return result.options;
}

test("without any option there are 50 devices for ten minutes, with the environment's key", () => {
  expect(optionsOf("")).toMatchObject({
    devices: 50,
    durationMs: 600_000,
    url: "http://127.0.0.1:8000",
    credential: { key: "pc_env" },
  });
});

test.each([
  ["10", 600_000],
  ["1.5", 90_000],
  ["30s", 30_000],
  ["10m", 600_000],
  ["2h", 7_200_000],
  ["24h", 86_400_000],
])("--duration %s is %i ms", (text, durationMs) => {
  expect(optionsOf(`--duration ${text}`).durationMs).toBe(durationMs);
});

test("the key may stand on the line, which wins over the environment; so does a login", () => {
  expect(optionsOf("--key pc_line").credential).toEqual({ key: "pc_line" });
  expect(optionsOf("--email a@example.com --password secret").credential).toEqual({
    email: "a@example.com",
    password: "secret",
  });
});

test("a trailing slash of the address is dropped, a path below stays", () => {
  expect(optionsOf("--url https://status.example.com/pulse/").url).toBe("https://status.example.com/pulse");
});

describe("what is wrong is told by the option's name", () => {
  test.each([
    ["--devices abc", "--devices must be a whole number from 1 to 10000"],
    ["--devices 0", "--devices must be a whole number from 1 to 10000"],
    ["--devices 10001", '--devices must be a whole number from 1 to 10000, not "10001"'],
    ["--devices 1.5", "--devices must be"],
    ["--duration 25h", '--duration must be 1s to 24h, such as 30s, 10m or 2h, not "25h"'],
    ["--duration 0", "--duration must be"],
    ["--duration 5d", "--duration must be"],
    ["--url ftp://example.com", "--url must be an address such as http://127.0.0.1:8000"],
    ["--url nonsense", "--url must be an address"],
    ["--seed x", "--seed must be a whole number"],
    ["--email a@example.com", "--email needs --password"],
    ["--password x", "--password needs --email"],
    ["--key pc_x --email a@example.com", "--key and --email exclude each other"],
    ["--device 3", "--device"],
    ["stray", "stray"],
  ])("%s", (line, message) => {
    expect(read(line)).toEqual({ kind: "problems", message: expect.stringContaining(message) });
  });

  test("all of it at once, and no secret", () => {
    const result = read("--devices x --duration y");
    expect(result).toEqual({ kind: "problems", message: expect.stringMatching(/--devices[^]*\n--duration/) });
  });

  test("no way in at all", () => {
    expect(read("", {})).toEqual({ kind: "problems", message: expect.stringContaining("PULSECHECK_API_KEY") });
  });
});

test("--help asks for help", () => {
  expect(read("--help", {})).toEqual({ kind: "help" });
});
