import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { PublishedPage } from "@pulsecheck/db/published-pages";
import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A text as it is sent: encoded, named and packed once, however many get it. */
export type Sealed = { bytes: Bytes; etag: string; pack(): Promise<Bytes> };

const compress = promisify(gzip);
/** Below this, packing saves no packet. */
const PACK_FROM = 1_200;

export function seal(text: string): Sealed {
  const bytes = new TextEncoder().encode(text);
  let packed: Promise<Bytes> | null = null;
  return {
    bytes,
    // Weak: it names the text, packed or not.
    etag: `W/"${hashText(text)}"`,
    pack: () => (packed ??= compress(bytes).then((buffer) => new Uint8Array(buffer))),
  };
}

/** Answers a sealed text, or 304 to who has it already. Of a page with a password, nobody keeps anything. */
export async function answerSealed(
  c: Context<ApiEnv>,
  { passwordHash }: PublishedPage,
  { bytes, etag, pack }: Sealed,
  { type, keep, csp }: { type: string; keep: string; csp: string },
): Promise<Response> {
  const caching =
    passwordHash === null
      ? { "Cache-Control": keep, Vary: "Accept-Encoding" }
      : { "Cache-Control": "private, no-store", Vary: "Cookie, Authorization, Accept-Encoding" };
  const known = c.req.header("if-none-match")?.split(",") ?? [];
  if (known.some((one) => one.trim().replace(/^(?!W\/)/, "W/") === etag))
    return c.body(null, 304, { ...caching, ETag: etag });
  const headers = { "Content-Type": type, "Content-Security-Policy": csp, ...caching, ETag: etag };
  if (bytes.length < PACK_FROM || !takesGzip(c.req.header("accept-encoding"))) return c.body(bytes, 200, headers);
  return c.body(await pack(), 200, { ...headers, "Content-Encoding": "gzip" });
}

export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function takesGzip(accepted = ""): boolean {
  const parts = accepted.replaceAll(" ", "").toLowerCase().split(",");
  return parts.some((part) => /^gzip(;q=(?!0(\.0*)?$)[\d.]+)?$/.test(part));
}
