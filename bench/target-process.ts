import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { phaseOf } from "@pulsecheck/shared/schedule";
import { answerParent } from "./children.ts";

// A target in a process of its own, so that its CPU time is nobody else's. It journals what it was asked, by its own
// clock: the path of a request is the monitor's number.
// Usage: target-process.ts [<key file> <certificate file>]
const [, , keyFile, certFile] = process.argv;
const LATE_AT_MOST_MS = 60_000;

let intervalMs = 30_000;
let requests = 0;
let firstAt: number | null = null;
let seconds: number[] = [];
let lateness = new Uint32Array(LATE_AT_MOST_MS + 1);
let broken = new Set<number>();
let watched = new Set<number>();
let answers: [id: number, at: number][] = [];

/** How late a request comes by the monitor's grid, in ms. What is early by up to a second is not late. */
function latenessOf(id: number, now: number): number {
  const since = (now - phaseOf(id, intervalMs)) % intervalMs;
  return since > intervalMs - 1_000 ? 0 : Math.min(since, LATE_AT_MOST_MS);
}

const answer: RequestListener = (request, response) => {
  const id = Number(request.url?.slice(1));
  const now = Date.now();
  requests += 1;
  firstAt ??= now;
  const second = Math.floor((now - firstAt) / 1_000);
  seconds[second] = (seconds[second] ?? 0) + 1;
  const late = latenessOf(id, now);
  lateness[late] = (lateness[late] ?? 0) + 1;
  if (broken.has(id)) response.statusCode = 500;
  response.end("ok");
  if (watched.has(id)) answers.push([id, Date.now()]);
};

function percentileOf(share: number): number {
  let left = lateness.reduce((sum, n) => sum + n, 0) * share;
  return lateness.findIndex((n) => (left -= n) <= 0);
}

const server =
  keyFile === undefined || certFile === undefined
    ? createServer(answer)
    : createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, answer);
server.keepAliveTimeout = 1_000;
const { promise: listening, resolve } = Promise.withResolvers<void>();
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve);

export type Journal = {
  requests: number;
  /** By the clock, in ms; null before the first request. */
  firstAt: number | null;
  /** Requests in each second after the first one. */
  seconds: number[];
  lateP50Ms: number;
  lateP99Ms: number;
};

answerParent({
  port: async () => {
    await listening;
    return (server.address() as AddressInfo).port;
  },
  /** Begins the journal anew. */
  begin: (next: { intervalMs: number }) => {
    ({ intervalMs } = next);
    [requests, firstAt, seconds, answers] = [0, null, [], []];
    lateness = new Uint32Array(LATE_AT_MOST_MS + 1);
  },
  journal: (): Journal => ({
    requests,
    firstAt,
    seconds: Array.from(seconds, (n) => n ?? 0),
    lateP50Ms: percentileOf(0.5),
    lateP99Ms: percentileOf(0.99),
  }),
  watch: (ids: number[]) => void (watched = new Set(ids)),
  /** When the watched monitors were answered. */
  answers: () => answers,
  breakFor: (ids: number[]) => void (broken = new Set(ids)),
});
