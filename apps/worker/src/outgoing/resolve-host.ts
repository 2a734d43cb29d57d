import type { LookupAddress } from "node:dns";
import { lookup, Resolver } from "node:dns/promises";
import { networkInterfaces } from "node:os";

// c-ares, not getaddrinfo: a name that hangs holds no thread of the pool that all other names need. It asks again after
// one or two seconds, as it learns what is usual, and gives up after nine.
const PATIENCE = { timeout: 1_000, maxTimeout: 2_000, tries: 5 };
/** How long an answer for IPv6 is waited for when that for IPv4 is there (RFC 8305, 3). */
const RESOLUTION_DELAY_MS = 50;
/** getaddrinfo holds a thread of libuv's four, which unpacking and files need too: half of them stay free. */
const LOOKUPS_AT_ONCE = 2;
/** What DNS answers of a name that may stand elsewhere. A name that it is slow or silent about would hold a thread. */
const MAY_STAND_ELSEWHERE = new Set(["ENOTFOUND", "ENODATA", "ECONNREFUSED"]);

let resolver = new Resolver(PATIENCE);
let asksSystem = true;

/** From now on these name servers alone are asked (`192.0.2.1`, `[2001:db8::1]:53`); null: whatever the system asks. */
export function useNameServers(servers: readonly string[] | null): void {
  resolver = new Resolver(PATIENCE);
  asksSystem = servers === null;
  if (servers !== null) resolver.setServers([...servers]);
}

/** All addresses of a name that come in time, IPv6 and IPv4. Rejects with the resolver's error. */
export async function resolveHost(hostname: string): Promise<LookupAddress[]> {
  // Never asked of a name server (RFC 6761, 6.3).
  if (/(^|\.)localhost\.?$/.test(hostname)) {
    return [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
  }
  const six = ask(() => resolver.resolve6(hostname), 6);
  const four = await ask(() => resolver.resolve4(hostname), 4);
  const found = [...(await (four.found.length > 0 ? unlessLate(six) : six)).found, ...four.found];
  if (found.length > 0) return found;
  if (!asksSystem || !MAY_STAND_ELSEWHERE.has(codeOf(four.error))) throw four.error;
  // What DNS does not know may stand in /etc/hosts or come from the system's other name services.
  return inTurn(() => lookup(hostname, { all: true }));
}

type Answer = { found: LookupAddress[]; error: unknown };

async function ask(query: () => Promise<string[]>, family: 4 | 6): Promise<Answer> {
  try {
    const addresses = await query();
    // An alias that leads to no address is told as a success without any.
    if (addresses.length === 0) throw Object.assign(new Error("no address"), { code: "ENODATA" });
    return { found: addresses.map((address) => ({ address, family })), error: undefined };
  } catch (error) {
    return { found: [], error };
  }
}

/** There is IPv4 to go on with: an answer for IPv6 that comes later is not waited for. */
async function unlessLate(six: Promise<Answer>): Promise<Answer> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, RESOLUTION_DELAY_MS, null);
  const first = await Promise.race([six, late]);
  clearTimeout(timer);
  return first ?? (isIpv6Only() ? six : { found: [], error: undefined });
}

/** Without IPv4 on our side its addresses lead nowhere, however fast they came. */
function isIpv6Only(): boolean {
  const outside = Object.values(networkInterfaces()).flatMap((of = []) => of.filter(({ internal }) => !internal));
  return outside.length > 0 && outside.every(({ family }) => family === "IPv6");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= LOOKUPS_AT_ONCE) await new Promise<void>((resolve) => void waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
