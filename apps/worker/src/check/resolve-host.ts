import { lookup, Resolver } from "node:dns/promises";
import type { LookupAddress } from "node:dns";

// c-ares, not getaddrinfo: a name that hangs holds no thread of the pool that all other names need.
const resolver = new Resolver({ timeout: 3_000, tries: 2 });

/** All addresses of a name, IPv6 and IPv4. Rejects with the resolver's error, or when `signal` is aborted. */
export async function resolveHost(hostname: string, signal: AbortSignal): Promise<LookupAddress[]> {
  // Never asked of a name server (RFC 6761, 6.3).
  if (/(^|\.)localhost\.?$/.test(hostname)) {
    return [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
  }
  signal.throwIfAborted();
  return abortable(resolveAnywhere(hostname), signal);
}

async function resolveAnywhere(hostname: string): Promise<LookupAddress[]> {
  const [six, four] = await Promise.allSettled([resolver.resolve6(hostname), resolver.resolve4(hostname)]);
  const found = [
    ...(six.status === "fulfilled" ? six.value.map((address) => ({ address, family: 6 })) : []),
    ...(four.status === "fulfilled" ? four.value.map((address) => ({ address, family: 4 })) : []),
  ];
  if (found.length > 0) return found;
  // What DNS does not know may stand in /etc/hosts or come from the system's other name services.
  return lookup(hostname, { all: true });
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}
