import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of addresses that an operator allows although it is private. */
export type Cidr = { readonly text: string; readonly range: [Address, number] };

/** What is allowed on one's own machine: loopback, RFC 1918 and unique local addresses. */
export const OWN_MACHINE_CIDRS = "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7";

// Cloud metadata and link-local addresses hand out credentials: no setting opens them.
const NEVER = [
  "169.254.0.0/16",
  "fe80::/10",
  "168.63.129.16/32",
  "100.100.100.200/32",
  "fd00:ec2::/32",
  "fd20:ce::254/128",
  "fd00:c1::a9fe:a9fe/128",
].map((text) => ipaddr.parseCIDR(text));
// Addresses that lead to an IPv4 address which stands in them, and the byte where it begins: NAT64 (RFC 6052),
// IPv4-translated (RFC 6145), IPv4-compatible (RFC 4291), 6to4 (RFC 3056).
const CARRIERS = (
  [
    ["64:ff9b::/96", 12],
    ["::ffff:0:0:0/96", 12],
    ["::/96", 12],
    ["2002::/16", 2],
  ] as const
).map(([text, start]) => ({ range: ipaddr.parseCIDR(text), start }));
// ipaddr.js calls these unicast: IPv4-compatible addresses (RFC 4291, 2.5.5.1, deprecated).
const IPV4_COMPATIBLE = ipaddr.parseCIDR("::/96");

/** Reads `none` or CIDRs with commas. Throws a sentence that names the part it cannot read. */
export function parseCidrs(text: string): Cidr[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "none");
  return parts.map((part) => {
    if (!ipaddr.isValidCIDR(part)) throw new Error(`"${part}" is not a CIDR such as 10.0.0.0/8`);
    return { text: part, range: ipaddr.parseCIDR(part) };
  });
}

/**
 * May a check connect to this address? Public addresses may; loopback, private, link-local, multicast,
 * translated (NAT64, 6to4, Teredo) and other special ones may not, unless `allowed` names them.
 * @param address an IPv4 or IPv6 literal, without brackets, with or without a zone
 * @returns null when it may, else why not
 */
export function whyAddressIsRefused(address: string, allowed: readonly Cidr[]): string | null {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (!ipaddr.isValid(bare)) return `${address} is not an address`;
  // ipaddr.js takes ::1.2.3.4, as resolvers write IPv4-compatible addresses, for ::ffff:1.2.3.4.
  const parsed = ipaddr.process(bare.replace(/^::(?=\d+\.)/, "::0:"));
  if (NEVER.some((range) => isIn(parsed, range) || isIn(carriedBy(parsed), range)))
    return `${bare} is a link-local or metadata address`;
  if (allowed.some((cidr) => isIn(parsed, cidr.range))) return null;
  if (isIn(parsed, IPV4_COMPATIBLE)) return `${bare} is a special address (IPv4-compatible)`;
  const kind = parsed.range();
  return kind === "unicast" ? null : `${bare} is a private or special address (${kind})`;
}

/**
 * May a check ask a host of these addresses? One that may is enough; of none nobody knows yet, and each connection of
 * each check is judged again.
 * @returns null when it may, else why not
 */
export function whyTargetIsRefused(addresses: readonly string[], allowed: readonly Cidr[]): string | null {
  const reasons = addresses.map((address) => whyAddressIsRefused(address, allowed));
  if (reasons.length === 0 || reasons.includes(null)) return null;
  return `leads to an address that this instance does not allow: ${reasons[0]}`;
}

/** The address that a URL's host spells, or null where it is a name (`URL` has already normalised literals). */
export function addressOfHost(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(bare) ? bare : null;
}

/** The IPv4 address that an IPv6 address leads to, else the address itself. */
function carriedBy(address: Address): Address {
  const carrier = CARRIERS.find(({ range }) => isIn(address, range));
  if (carrier === undefined) return address;
  return ipaddr.fromByteArray(address.toByteArray().slice(carrier.start, carrier.start + 4));
}

function isIn(address: Address, range: [Address, number]): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
