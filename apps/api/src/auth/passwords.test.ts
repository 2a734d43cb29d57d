import { describe, expect, test } from "vitest";
import { HASHING } from "../http/limits.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

describe("passwords", () => {
  test("are hashed with argon2id at OWASP's cost, each with its own salt", async () => {
    const [one, two] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, "correct horse")).toBe(true);
    expect(await verifyPassword(one, "correct horsf")).toBe(false);
    expect(await verifyPassword(null, "correct horse")).toBe(false);
  });

  test("are the same however the keyboard composes an accent", async () => {
    expect(await verifyPassword(await hashPassword("caf\u00e9 au lait"), "cafe\u0301 au lait")).toBe(true);
  });

  test("a flood is answered in turn or refused, never by exhausting the process", async () => {
    const passwordHash = await hashPassword("correct horse");
    const taken = HASHING.parallel + HASHING.longestQueue;
    const settled = await Promise.allSettled(
      Array.from({ length: taken + 98 }, () => verifyPassword(passwordHash, "x")),
    );
    const refused = settled.filter(({ status }) => status === "rejected");
    expect(refused.length).toBe(98);
    expect(refused[0]).toMatchObject({ reason: { status: 503, retryAfterS: 5 } });
    expect(await verifyPassword(passwordHash, "correct horse")).toBe(true);
  }, 60_000);
});
