const MAX_LENGTH = 2_048;
/** A host in brackets or as a name (in any script), and perhaps a port. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(:\d+)?$/iu;

export type ParsedTarget = { ok: true; url: URL } | { ok: false; detail: string };

/**
 * Reads the address of a target, strictly: what `new URL()` would silently repair (control characters, spaces,
 * backslashes, missing slashes, look-alikes and percent signs in a host) is refused, because a person who typed it meant something else.
 */
export function parseTargetUrl(text: string): ParsedTarget {
  if (text.length > MAX_LENGTH) return no(`must be at most ${MAX_LENGTH} characters long`);
  // oxlint-disable-next-line no-control-regex -- control characters are what we look for
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return no("must not contain spaces, control characters or backslashes");
  if (!/^https?:\/\/[^/?#]/i.test(text)) return no("must start with http:// or https:// and name a host");
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
  if (authority.includes("@")) return no("must not contain a user name or password; use the field auth");
  // Full-width and other compatible forms turn into ASCII; accents, composed or not, are what they are.
  const isPlain = authority.normalize("NFKC") === authority.normalize("NFC");
  if (!AUTHORITY.test(authority) || !isPlain) return no("must name a host in plain letters, digits, dots and hyphens");
  if (!URL.canParse(text)) return no("is not a valid URL");
  const url = new URL(text);
  if (url.hostname === "" || url.port === "0") return no("must name a host and a port other than 0");
  url.hash = "";
  return { ok: true, url };
}

function no(detail: string): ParsedTarget {
  return { ok: false, detail };
}
