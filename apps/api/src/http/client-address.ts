import { isIP } from "node:net";
import { createMiddleware } from "hono/factory";
import type { ApiEnv, Deps } from "../context.ts";

/** Sets `clientAddress`: the socket's, or what our own proxy says where TRUST_PROXY is on. */
export function readClientAddress({ config }: Pick<Deps, "config">) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const forwarded = config.trustProxy ? c.req.header("x-forwarded-for") : undefined;
    // No socket: the request was made inside this process.
    const socket = c.env?.incoming?.socket.remoteAddress ?? "127.0.0.1";
    c.set("clientAddress", clientAddress(forwarded, socket));
    await next();
  });
}

/**
 * The client's address in its plain form. Of `X-Forwarded-For` only the right-most entry counts: our proxy
 * wrote that one, everything before it is what the client claims.
 */
export function clientAddress(forwarded: string | undefined, socket: string): string {
  const last = forwarded?.split(",").at(-1);
  return (last === undefined ? null : plainAddress(last)) ?? plainAddress(socket) ?? socket;
}

/** What counts as one client: an IPv4 address, or the /64 that one IPv6 subscriber has to itself. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const gap = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return `${[...left, ...gap, ...right].slice(0, 4).join(":")}::/64`;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

/** Without brackets, port and zone; an IPv4 address in IPv6 clothes becomes one, IPv6 takes its shortest form. */
function plainAddress(text: string): string | null {
  const trimmed = text
    .trim()
    .replace(/^\[(.+)\](:\d+)?$/, "$1")
    .replace(/^([\d.]+):\d+$/, "$1")
    .replace(/%.*$/, "");
  const mapped = /^::ffff:([\d.]+)$/i.exec(trimmed)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  if (isIP(trimmed) === 4) return trimmed;
  return isIP(trimmed) === 6 ? new URL(`http://[${trimmed}]`).hostname.slice(1, -1) : null;
}
