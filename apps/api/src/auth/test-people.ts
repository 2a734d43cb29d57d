import { expect } from "vitest";
import type { TestApp } from "./test-app.ts";

export const PASSWORD = "correct horse battery";

export type Person = { id: string; email: string; token: string };

let count = 0;
export function newEmail(name: string): string {
  count += 1;
  return `${name}${count}@example.com`;
}

export function registration(email: string, password = PASSWORD) {
  return { email, password, first_name: "Alice", last_name: "Liddell" };
}

/** Registers somebody and logs in. */
export async function join(app: TestApp, name: string, from?: string): Promise<Person> {
  const email = newEmail(name);
  const where = from === undefined ? {} : { from };
  const { status, body } = await app.call("POST", "/auth/register", { json: registration(email), ...where });
  expect(status).toBe(201);
  return { id: String(body.id), email, token: await logIn(app, email, PASSWORD, from) };
}

export async function logIn(app: TestApp, email: string, password = PASSWORD, from?: string): Promise<string> {
  const where = from === undefined ? {} : { from };
  const { status, body } = await app.call("POST", "/auth/login", { json: { username: email, password }, ...where });
  expect(status).toBe(200);
  return String(body.access_token);
}
