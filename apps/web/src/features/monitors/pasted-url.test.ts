import { describe, expect, test } from "vitest";
import { completeUrl, nameOf } from "./pasted-url.ts";

describe("a pasted address becomes a URL", () => {
  test.each([
    ["example.com", "https://example.com"],
    [" https://example.com/a ", "https://example.com/a"],
    ["http://example.com", "http://example.com"],
    ["localhost:8080/health", "http://localhost:8080/health"],
    ["192.168.1.4", "http://192.168.1.4"],
    ["[::1]:3000", "http://[::1]:3000"],
    ["", ""],
  ])("%s is %s", (text, url) => expect(completeUrl(text)).toBe(url));
});

describe("a monitor without a name is called after its address", () => {
  test.each([
    ["https://example.com/", "example.com"],
    ["https://example.com:8443/health?x=1", "example.com:8443/health"],
    ["no URL", "no URL"],
  ])("%s is %s", (url, name) => expect(nameOf(url)).toBe(name));
});
