import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTargetUrl } from "./target-url.ts";

describe("an address that is what it looks like is taken", () => {
  it.each([
    ["https://example.com", "https://example.com/"],
    ["HTTP://Example.COM/Path", "http://example.com/Path"],
    ["http://localhost:3000/health?deep=1", "http://localhost:3000/health?deep=1"],
    ["https://example.com:443/", "https://example.com/"],
    ["https://example.com/a#part", "https://example.com/a"],
    ["http://my_service.internal/", "http://my_service.internal/"],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000/"],
    ["http://[::1]:8000/", "http://[::1]:8000/"],
    ["https://münchen.de/", "https://xn--mnchen-3ya.de/"],
    ["https://mu\u0308nchen.de/", "https://xn--mnchen-3ya.de/"],
    ["https://例え.jp/", "https://xn--r8jz45g.jp/"],
    ["https://example.com/ünï?q=ö", "https://example.com/%C3%BCn%C3%AF?q=%C3%B6"],
    ["https://example.com/%00", "https://example.com/%00"],
    ["https://example.com/@someone", "https://example.com/@someone"],
  ])("%s is %s", (text, href) => {
    const parsed = parseTargetUrl(text);
    expect(parsed.ok && parsed.url.href).toBe(href);
  });

  // Numeric spellings are normalised here and judged as addresses when the connection is made.
  it.each(["http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1./"])(
    "%s is 127.0.0.1, so that the guard sees what it is",
    (text) => {
      const parsed = parseTargetUrl(text);
      expect(parsed.ok && parsed.url.hostname).toBe("127.0.0.1");
    },
  );
});

describe("what new URL() would silently repair is refused", () => {
  it.each([
    ["a tab in it", "http://exam\tple.com/"],
    ["a newline in it", "http://example.com/\nx"],
    ["a carriage return in it", "http://example.com/\r"],
    ["a NUL in it", "http://example.com/\0"],
    ["a space before it", " http://example.com/"],
    ["a space after it", "http://example.com/ "],
    ["backslashes", "http:\\\\example.com\\"],
    ["a backslash in its host", "http://example.com\\@127.0.0.1/"],
    ["one slash", "http:/example.com/"],
    ["no slash", "http:example.com"],
    ["three slashes", "http:///example.com/"],
    ["a full-width host", "http://ｅｘａｍｐｌｅ.com/"],
    ["full-width digits", "http://１２７.0.0.1/"],
    ["an encircled host", "http://ⓔxample.com/"],
    ["an ideographic full stop", "http://127。0。0。1/"],
    ["a soft hyphen", "http://exam\u00adple.com/"],
    ["a zero-width space", "http://exam\u200bple.com/"],
    ["a percent-encoded host", "http://%6c%6fcalhost/"],
    ["a percent-encoded NUL in its host", "http://example.com%00.evil.test/"],
    ["an empty port", "http://example.com:/"],
  ])("%s", (_name, text) => {
    expect(URL.canParse(text) || text.includes("%00")).toBe(true);
    expect(parseTargetUrl(text).ok).toBe(false);
  });
});

describe("what no check can ask is refused with a reason", () => {
  it.each([
    ["ftp://example.com/", "must start with http:// or https:// and name a host"],
    ["file:///etc/passwd", "must start with http:// or https:// and name a host"],
    ["javascript:alert(1)", "must start with http:// or https:// and name a host"],
    ["gopher://127.0.0.1:6379/_FLUSHALL", "must start with http:// or https:// and name a host"],
    ["example.com", "must start with http:// or https:// and name a host"],
    ["", "must start with http:// or https:// and name a host"],
    ["http://", "must start with http:// or https:// and name a host"],
    ["http://?q", "must start with http:// or https:// and name a host"],
    ["http://alice:secret@example.com/", "must not contain a user name or password; use the field auth"],
    ["http://alice@example.com/", "must not contain a user name or password; use the field auth"],
    ["http://@example.com/", "must not contain a user name or password; use the field auth"],
    ["http://example.com:0/", "must name a host and a port other than 0"],
    ["http://example.com:65536/", "is not a valid URL"],
    ["http://1.2.3.4.5/", "is not a valid URL"],
    ["http://256.0.0.1/", "is not a valid URL"],
    ["http://[::1/", "must name a host in plain letters, digits, dots and hyphens"],
    ["http://[fe80::1%25eth0]/", "must name a host in plain letters, digits, dots and hyphens"],
    [`http://example.com/${"a".repeat(2_048)}`, "must be at most 2048 characters long"],
  ])("%s %s", (text, detail) => {
    expect(parseTargetUrl(text)).toEqual({ ok: false, detail });
  });
});

describe("for any text", () => {
  const text = fc.oneof(
    fc.webUrl(),
    fc.string({ unit: "binary" }),
    fc.webUrl().map((url) => url.replace("/", "\\")),
  );

  it("nothing is thrown", () => {
    fc.assert(fc.property(text, (any) => typeof parseTargetUrl(any).ok === "boolean"));
  });

  it("what is taken stays as it is when it is read again", () => {
    fc.assert(
      fc.property(text, (any) => {
        const once = parseTargetUrl(any);
        if (once.ok && once.url.href.length <= 2_048) expect(parseTargetUrl(once.url.href)).toEqual(once);
      }),
    );
  });
});
