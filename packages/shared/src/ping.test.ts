import { describe, expect, it } from "vitest";
import { readAction, ridSchema } from "./ping.ts";

describe("the last part of a ping's path", () => {
  it.each([
    ["", "success", null],
    ["start", "start", null],
    ["fail", "fail", null],
    ["log", "log", null],
    ["0", "success", 0],
    ["1", "fail", 1],
    ["255", "fail", 255],
    ["007", "fail", 7],
  ])("%j: %s, exit code %j", (action, kind, exitCode) => {
    expect(readAction(action)).toEqual({ kind, exitCode });
  });

  it.each(["256", "999", "1000", "-1", "1.5", "0x1", "START", "success", "stop", "toString", " "])(
    "%j says nothing",
    (action) => {
      expect(readAction(action)).toBeNull();
    },
  );
});

it("a run's id is a UUID of any version, in whatever case", () => {
  expect(ridSchema.parse("728B3763-EA80-4113-9FC0-F49B3ADF226A")).toBe("728b3763-ea80-4113-9fc0-f49b3adf226a");
  expect(ridSchema.parse("00000000-0000-0000-0000-000000000001")).toBe("00000000-0000-0000-0000-000000000001");
  for (const rid of ["", "42", "{728b3763-ea80-4113-9fc0-f49b3adf226a}", "728b3763ea8041139fc0f49b3adf226a"]) {
    expect(ridSchema.safeParse(rid).success).toBe(false);
  }
});
