import { describe, expect, test } from "vitest";
import { clientAddress, isLoopback, networkOf } from "./client-address.ts";

describe("the client's address", () => {
  test.each([
    [undefined, "192.0.2.1", "192.0.2.1"],
    [undefined, "::ffff:192.0.2.1", "192.0.2.1"],
    ["198.51.100.7", "10.0.0.2", "198.51.100.7"],
    // Whatever the client claims stands to the left of what our proxy saw.
    ["127.0.0.1, 198.51.100.7", "10.0.0.2", "198.51.100.7"],
    ["198.51.100.7:4711", "10.0.0.2", "198.51.100.7"],
    ["[2001:DB8::1]:443", "10.0.0.2", "2001:db8::1"],
    ["fe80::1%eth0", "10.0.0.2", "fe80::1"],
    ["nonsense", "10.0.0.2", "10.0.0.2"],
    ["", "10.0.0.2", "10.0.0.2"],
  ])("of X-Forwarded-For %j over a socket from %s is %s", (forwarded, socket, expected) => {
    expect(clientAddress(forwarded, socket)).toBe(expected);
  });

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["192.0.2.1", false],
    ["127.evil.example", false],
  ])("%s is loopback: %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
