import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOfHost, OWN_MACHINE_CIDRS, parseCidrs, whyAddressIsRefused } from "./target-address.ts";

const EVERYTHING = parseCidrs("0.0.0.0/0, ::/0");
const OWN_MACHINE = parseCidrs(OWN_MACHINE_CIDRS);

const PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"];

const SPECIAL = [
  ["loopback", "127.0.0.1"],
  ["loopback, its far end", "127.255.255.254"],
  ["loopback, IPv6", "::1"],
  ["loopback, written out", "0:0:0:0:0:0:0:1"],
  ["loopback, with a zone", "::1%lo"],
  ["loopback, in brackets", "[::1]"],
  ["loopback, IPv4-mapped", "::ffff:127.0.0.1"],
  ["loopback, IPv4-mapped in hex", "::ffff:7f00:1"],
  ["loopback, IPv4-translated", "::ffff:0:127.0.0.1"],
  ["loopback, IPv4-compatible", "::127.0.0.1"],
  ["loopback behind NAT64", "64:ff9b::127.0.0.1"],
  ["loopback behind local NAT64", "64:ff9b:1::7f00:1"],
  ["loopback behind 6to4", "2002:7f00:1::1"],
  ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  ["this network", "0.0.0.0"],
  ["this network, further on", "0.1.2.3"],
  ["unspecified, IPv6", "::"],
  ["RFC 1918, 10/8", "10.0.0.1"],
  ["RFC 1918, 172.16/12", "172.16.0.1"],
  ["RFC 1918, the end of 172.16/12", "172.31.255.255"],
  ["RFC 1918, 192.168/16", "192.168.1.1"],
  ["RFC 1918, IPv4-mapped", "::ffff:10.0.0.1"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["carrier-grade NAT, its end", "100.127.255.255"],
  ["unique local", "fd12:3456::1"],
  ["site-local, deprecated", "fec0::1"],
  ["benchmarking", "198.18.0.1"],
  ["documentation", "192.0.2.1"],
  ["documentation, IPv6", "2001:db8::1"],
  ["protocol assignments", "192.0.0.192"],
  ["multicast", "224.0.0.1"],
  ["multicast, IPv6", "ff02::1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["IPv4-compatible, though public", "::8.8.8.8"],
  ["discard-only", "100::1"],
] as const;

const NEVER = [
  ["link-local", "169.254.1.1"],
  ["link-local, IPv6", "fe80::1"],
  ["link-local, with a zone", "fe80::1%eth0"],
  ["metadata of most clouds", "169.254.169.254"],
  ["metadata, IPv4-mapped", "::ffff:169.254.169.254"],
  ["metadata, IPv4-mapped in hex", "::ffff:a9fe:a9fe"],
  ["metadata, IPv4-translated", "::ffff:0:169.254.169.254"],
  ["metadata, IPv4-compatible", "::169.254.169.254"],
  ["metadata behind NAT64", "64:ff9b::169.254.169.254"],
  ["metadata behind 6to4", "2002:a9fe:a9fe::1"],
  ["Azure's wire server", "168.63.129.16"],
  ["Azure's wire server behind NAT64", "64:ff9b::a83f:8110"],
  ["metadata of Alibaba", "100.100.100.200"],
  ["metadata of AWS, IPv6", "fd00:ec2::254"],
  ["metadata of Google, IPv6", "fd20:ce::254"],
  ["metadata of Oracle, IPv6", "fd00:c1::a9fe:a9fe"],
] as const;

describe("by default", () => {
  it.each(PUBLIC)("%s may be checked", (address) => {
    expect(whyAddressIsRefused(address, [])).toBeNull();
  });

  it.each([...SPECIAL, ...NEVER])("%s (%s) may not", (_name, address) => {
    expect(whyAddressIsRefused(address, [])).toContain(address.replace(/[[\]]|%.*/g, ""));
  });

  it.each(["", "example.com", "1.2.3.4.5", ":::", "undefined", "%lo"])('what is no address ("%s") may not', (text) => {
    expect(whyAddressIsRefused(text, [])).toBe(`${text} is not an address`);
  });
});

describe("what the operator allows", () => {
  it.each(NEVER)("never opens %s (%s)", (_name, address) => {
    expect(whyAddressIsRefused(address, EVERYTHING)).toMatch(/is a link-local or metadata address$/);
    expect(whyAddressIsRefused(address, OWN_MACHINE)).not.toBeNull();
  });

  it.each(SPECIAL)("may open %s (%s)", (_name, address) => {
    expect(whyAddressIsRefused(address, EVERYTHING)).toBeNull();
  });

  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.0.1", "fd12::1"])(
    "on one's own machine opens %s",
    (address) => {
      expect(whyAddressIsRefused(address, OWN_MACHINE)).toBeNull();
    },
  );

  it.each(["0.0.0.0", "::", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "100.64.0.1", "224.0.0.1"])(
    "on one's own machine does not open %s",
    (address) => {
      expect(whyAddressIsRefused(address, OWN_MACHINE)).not.toBeNull();
    },
  );

  it("opens a range to its last address and not one further", () => {
    const allowed = parseCidrs("10.1.0.0/16");
    expect(whyAddressIsRefused("10.1.255.255", allowed)).toBeNull();
    expect(whyAddressIsRefused("10.2.0.0", allowed)).not.toBeNull();
  });

  it("for any IPv4 address, mapping it into IPv6 changes nothing", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        for (const allowed of [[], OWN_MACHINE, EVERYTHING]) {
          const verdict = whyAddressIsRefused(address, allowed) === null;
          expect(whyAddressIsRefused(`::ffff:${address}`, allowed) === null).toBe(verdict);
        }
      }),
    );
  });
});

describe("a list of CIDRs", () => {
  it.each([
    ["none", []],
    ["", []],
    [" 10.0.0.0/8 ,fd00::/8", ["10.0.0.0/8", "fd00::/8"]],
  ])('"%s" is read', (text, ranges) => {
    expect(parseCidrs(text).map((cidr) => cidr.text)).toEqual(ranges);
  });

  it.each(["10.0.0.1", "10.0.0.0/33", "all", "10.0.0.0/8;::/0"])('"%s" is refused by name', (text) => {
    expect(() => parseCidrs(`127.0.0.0/8, ${text}`)).toThrow(`"${text}" is not a CIDR such as 10.0.0.0/8`);
  });
});

describe("the host of a URL", () => {
  it.each([
    ["http://2130706433/", "127.0.0.1"],
    ["http://0x7f000001/", "127.0.0.1"],
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://0177.0.0.01/", "127.0.0.1"],
    ["http://127.1./", "127.0.0.1"],
    ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
    ["http://[0:0:0::1]/", "::1"],
    ["http://localhost/", null],
    ["http://127.0.0.1.example.com/", null],
  ])("%s spells the address %s", (url, address) => {
    expect(addressOfHost(new URL(url).hostname)).toBe(address);
  });
});
