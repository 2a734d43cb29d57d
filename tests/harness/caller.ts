import type { CheckView } from "@pulsecheck/shared/check";
import type { MonitorView } from "@pulsecheck/shared/monitor";

// oxlint-disable-next-line typescript/no-explicit-any -- an answer is whatever the server said; tests look into it
export type Answer = { status: number; body: any; headers: Headers };

export type Person = { id: string; email: string; token: string };
export const PASSWORD = "correct horse battery";

/** Calls the API as a client does, over HTTP. */
export type Caller = {
  call(
    method: string,
    path: string,
    options?: {
      token?: string | undefined;
      json?: unknown;
      headers?: Record<string, string>;
      raw?: string | Uint8Array<ArrayBuffer>;
    },
  ): Promise<Answer>;
  /** Registers and logs in somebody of the cast: alice owns, bob is another owner, charlie a stranger. */
  register(name: string): Promise<Person>;
  /** An API key of this person's workspace. */
  createKey(person: Person, role: "ADMIN" | "USER" | "VIEWER" | "INGEST"): Promise<string>;
  addMonitor(person: Person, fields: Record<string, unknown>): Promise<MonitorView>;
  checkNow(person: Person, monitorId: string): Promise<CheckView>;
};

export function createCaller(url: string): Caller {
  const caller: Caller = {
    async call(method, path, { token, json, headers = {}, raw } = {}) {
      const sent = new Headers(headers);
      if (token !== undefined) sent.set("Authorization", `Bearer ${token}`);
      if (json !== undefined && !sent.has("Content-Type")) sent.set("Content-Type", "application/json");
      const answer = await fetch(url + path, {
        method,
        headers: sent,
        body: raw ?? (json === undefined ? null : JSON.stringify(json)),
        redirect: "manual",
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: parse(text) };
    },
    async register(name) {
      const email = `${name}@example.com`;
      const made = await expectStatus(
        201,
        caller.call("POST", "/auth/register", {
          json: { email, password: PASSWORD, first_name: name, last_name: "Example" },
        }),
      );
      const login = await expectStatus(
        200,
        caller.call("POST", "/auth/login", { json: { username: email, password: PASSWORD } }),
      );
      return { id: made.id, email, token: login.access_token };
    },
    async createKey({ token }, role) {
      return (await expectStatus(201, caller.call("POST", "/api/v1/api-keys", { token, json: { name: role, role } })))
        .key;
    },
    addMonitor: ({ token }, fields) =>
      expectStatus(
        201,
        caller.call("POST", "/api/v1/monitors", { token, json: { name: "a monitor", interval: 1, ...fields } }),
      ),
    checkNow: ({ token }, id) => expectStatus(200, caller.call("POST", `/api/v1/monitors/${id}/check`, { token })),
  };
  return caller;
}

async function expectStatus(status: number, call: Promise<Answer>): Promise<Answer["body"]> {
  const answer = await call;
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
