import { Agent, request } from "undici";
import { z } from "zod";

export type Answer = {
  /** 0 where nobody answered. */
  status: number;
  body: unknown;
  /** Why it came to nothing; null where it did not. */
  problem: string | null;
};

/** Sends over connections that are kept, so many requests at a time and no more. */
export type Sender = {
  url: string;
  /** May a request begin now? Not while too many are under way, nor while the server asked us to wait. */
  isFree(): boolean;
  inFlight(): number;
  send(method: string, path: string, json?: unknown, token?: string): Promise<Answer>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Hangs up, once nothing is under way. */
  close(): Promise<void>;
};

const IN_FLIGHT_AT_MOST = 64;
const TIMEOUT_MS = 10_000;
const WAIT_AT_MOST_MS = 300_000;
const WAIT_UNTOLD_MS = 1_000;

export function openSender(url: string): Sender {
  const agent = new Agent({
    connections: IN_FLIGHT_AT_MOST,
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const underWay = new Set<Promise<Answer>>();
  let waitUntilMs = 0;

  async function exchange(method: string, path: string, json: unknown, token?: string): Promise<Answer> {
    const headers = {
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = json === undefined ? null : JSON.stringify(json);
    try {
      const answer = await request(url + path, { dispatcher: agent, method, headers, body });
      const text = await answer.body.text();
      if (answer.statusCode === 429 || answer.statusCode === 503) {
        waitUntilMs = Math.max(waitUntilMs, Date.now() + readRetryAfterMs(answer.headers["retry-after"], Date.now()));
      }
      return { status: answer.statusCode, body: parse(text), problem: findProblem(path, answer.statusCode, text) };
    } catch (error) {
      waitUntilMs = Math.max(waitUntilMs, Date.now() + WAIT_UNTOLD_MS);
      return { status: 0, body: null, problem: `${url} does not answer: ${describeError(error)}` };
    }
  }

  async function idle(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return {
    url,
    isFree: () => underWay.size < IN_FLIGHT_AT_MOST && Date.now() >= waitUntilMs,
    inFlight: () => underWay.size,
    async send(method, path, json, token) {
      const answer = exchange(method, path, json, token);
      underWay.add(answer);
      try {
        return await answer;
      } finally {
        underWay.delete(answer);
      }
    },
    idle,
    async close() {
      await idle();
      await agent.close();
    },
  };
}

/** Seconds, or a date; bounded, for a server may say anything. */
export function readRetryAfterMs(header: string | string[] | undefined, nowMs: number): number {
  const text = String(header ?? "");
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? WAIT_UNTOLD_MS : Math.min(WAIT_AT_MOST_MS, Math.max(0, ms));
}

const problemDocument = z.object({ title: z.string(), detail: z.string() }).partial();

function findProblem(path: string, status: number, text: string): string | null {
  if (status >= 200 && status < 300) return null;
  const { title, detail } = problemDocument.safeParse(parse(text)).data ?? {};
  return `${path.replace(/[\da-f-]{36}/, "...")} answered ${status}: ${detail ?? title ?? text.slice(0, 200)}`;
}

/** Node tells of a refused connection to several addresses by an error without a message. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
