import { describe, expect, it } from "vitest";
import { parseConfig, type Config } from "./config.ts";

const SECRET = "correct-horse-battery-staple";
const DISTRIBUTED = {
  DATABASE_URL: "postgresql://pulse:hunter2@db:5432/pulse",
  REDIS_URL: "redis://redis:6379",
  SECRET_KEY: SECRET,
  POSTMARK_API_TOKEN: "postmark-token",
};
const EMBEDDED = { DATABASE_URL: DISTRIBUTED.DATABASE_URL, SECRET_KEY: SECRET, PULSECHECK_EMBEDDED: "true" };

function load(env: Record<string, string | undefined>): Config {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.message);
  return result.config;
}

function complain(env: Record<string, string | undefined>): string {
  const result = parseConfig(env);
  return result.ok ? "" : result.message;
}

describe("a bad environment", () => {
  it("is answered with one message that names every bad variable, what it holds and what it may hold", () => {
    const message = complain({
      DATABASE_URL: "mysql://db/pulse",
      REDIS_URL: "http://redis",
      SECRET_KEY: "short",
      ACCESS_TOKEN_EXPIRE_MINUTES: "soon",
      POSTMARK_API_URL: "postmark",
      EMAIL_FROM: "nobody",
      EMAIL_DEV_MODE: "perhaps",
      EMAIL_DEBOUNCE_MINUTES: "-1",
      CORS_ORIGINS: "app.example.com",
      MONITOR_CHECK_INTERVAL: "1.5",
      MIN_CHECK_INTERVAL: "0",
      CHECK_CONCURRENCY: "many",
      RETENTION_DAYS: "0",
      ALLOW_PRIVATE_TARGETS: "10.0.0.1",
      DNS_SERVERS: "192.0.2.53, resolver.example",
      DEBUG: "verbose",
      LOG_LEVEL: "loud",
      PORT: "65536",
      PUBLIC_URL: "example.com",
      TRUST_PROXY: "some",
    });
    expect(message.split("\n")).toEqual([
      "PulseCheck cannot start with this environment:",
      "  DATABASE_URL holds a value (not shown); it must hold postgresql://user:password@host:5432/name",
      "  REDIS_URL holds a value (not shown); it must hold redis://host:6379",
      "  SECRET_KEY holds a value (not shown); it must hold at least 16 characters; `openssl rand -base64 32` makes a good one",
      '  ACCESS_TOKEN_EXPIRE_MINUTES holds "soon"; it must hold a whole number from 1 to 525600',
      '  POSTMARK_API_URL holds "postmark"; it must hold a URL such as https://example.com',
      '  EMAIL_FROM holds "nobody"; it must hold an e-mail address',
      '  EMAIL_DEV_MODE holds "perhaps"; it must hold true or false',
      '  EMAIL_DEBOUNCE_MINUTES holds "-1"; it must hold minutes, 0 to 10080',
      '  CORS_ORIGINS holds "app.example.com"; it must hold origins such as https://app.example.com, as a JSON array or with commas',
      '  MONITOR_CHECK_INTERVAL holds "1.5"; it must hold a whole number from 1 to 3600',
      '  MIN_CHECK_INTERVAL holds "0"; it must hold a whole number from 1 to 3600',
      '  CHECK_CONCURRENCY holds "many"; it must hold a whole number from 1 to 10000',
      '  RETENTION_DAYS holds "0"; it must hold a whole number from 1 to 3650',
      '  ALLOW_PRIVATE_TARGETS holds "10.0.0.1"; it must hold none, or CIDRs with commas such as 10.0.0.0/8, fd00::/8',
      '  DNS_SERVERS holds "192.0.2.53, resolver.example"; it must hold addresses of name servers with commas, such as 192.0.2.53, [2001:db8::53]:53',
      '  DEBUG holds "verbose"; it must hold true or false',
      '  LOG_LEVEL holds "loud"; it must hold trace, debug, info, warning, error or fatal',
      '  PORT holds "65536"; it must hold a whole number from 0 to 65535',
      '  PUBLIC_URL holds "example.com"; it must hold a URL such as https://example.com',
      '  TRUST_PROXY holds "some"; it must hold true or false',
      "  POSTMARK_API_TOKEN is not set; it must hold your Postmark server token, or EMAIL_DEV_MODE must be true (mails are kept, not sent)",
    ]);
  });

  it("that is empty names what must be set, all of it", () => {
    expect(complain({})).toMatch(/DATABASE_URL is not set[^]*SECRET_KEY is not set[^]*POSTMARK_API_TOKEN is not set/);
  });

  it("is told of bad pairs beside bad values", () => {
    const message = complain({ ...DISTRIBUTED, PORT: "x", MONITOR_CHECK_INTERVAL: "30", MIN_CHECK_INTERVAL: "60" });
    expect(message).toContain("MONITOR_CHECK_INTERVAL holds 30; it must hold at least MIN_CHECK_INTERVAL (60)");
    expect(message).toContain('PORT holds "x"');
  });

  it.each(["DATABASE_URL", "REDIS_URL", "SECRET_KEY"])("does not show the secret in %s", (name) => {
    const message = complain({ ...DISTRIBUTED, [name]: "hunter2" });
    expect(message).toContain(`${name} holds a value (not shown)`);
    expect(message).not.toContain("hunter2");
  });
});

describe("values", () => {
  it.each(["postgresql+asyncpg", "postgres+psycopg2", "postgresql", "postgres"])("%s:// is Postgres", (scheme) => {
    expect(load({ ...DISTRIBUTED, DATABASE_URL: `${scheme}://u:p%2Bq@db/x` }).databaseUrl).toBe(
      `${scheme.replace(/\+.*/, "")}://u:p%2Bq@db/x`,
    );
  });

  it.each([
    ['["https://a.example", "http://localhost:3000"]', ["https://a.example", "http://localhost:3000"]],
    ["https://a.example, http://localhost:3000/", ["https://a.example", "http://localhost:3000"]],
    ["https://a.example", ["https://a.example"]],
    ["[]", []],
    ["", []],
  ])("CORS_ORIGINS=%s", (text, origins) => {
    expect(load({ ...DISTRIBUTED, CORS_ORIGINS: text }).corsOrigins).toEqual(origins);
  });

  it.each(["https://a.example/app", "*", "a.example", '["https://a.example" "https://b.example"]'])(
    "CORS_ORIGINS=%s is refused",
    (text) => {
      expect(complain({ ...DISTRIBUTED, CORS_ORIGINS: text })).toContain("CORS_ORIGINS holds");
    },
  );

  it.each([
    ["192.0.2.53", ["192.0.2.53"]],
    ["192.0.2.53:5353,2001:db8::53", ["192.0.2.53:5353", "2001:db8::53"]],
    ["[2001:db8::53], [2001:db8::53]:53", ["[2001:db8::53]", "[2001:db8::53]:53"]],
    ["", null],
  ])("DNS_SERVERS=%s", (text, servers) => {
    expect(load({ ...DISTRIBUTED, DNS_SERVERS: text }).nameServers).toEqual(servers);
  });

  it.each(["192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:", "2001:db8::g", "192.0.2.53,,", "192.0.2.0/24"])(
    "DNS_SERVERS=%s is refused",
    (text) => {
      expect(complain({ ...DISTRIBUTED, DNS_SERVERS: text })).toContain("DNS_SERVERS holds");
    },
  );

  it("WARNING and DEBUG=true are log levels as the seed has them", () => {
    expect(load({ ...DISTRIBUTED, LOG_LEVEL: "WARNING" }).logLevel).toBe("warn");
    expect(load({ ...DISTRIBUTED, DEBUG: "true" }).logLevel).toBe("debug");
    expect(load({ ...DISTRIBUTED, DEBUG: "true", LOG_LEVEL: "error" }).logLevel).toBe("error");
  });

  it("an empty variable counts as one that is not set", () => {
    expect(load({ ...DISTRIBUTED, PORT: "", REDIS_URL: "" })).toMatchObject({ port: 8_000, redisUrl: null });
  });

  it("PUBLIC_URL loses its last slash; without it, it is guessed from HOST and PORT", () => {
    expect(load({ ...DISTRIBUTED, PUBLIC_URL: "https://up.example/" }).publicUrl).toBe("https://up.example");
    expect(load({ ...DISTRIBUTED, PORT: "9000" }).publicUrl).toBe("http://localhost:9000");
    expect(load({ ...DISTRIBUTED, HOST: "10.0.0.5" }).publicUrl).toBe("http://10.0.0.5:8000");
  });
});

describe("the two ways to run", () => {
  it("distributed: no private target, mails are really sent", () => {
    const config = load(DISTRIBUTED);
    expect(config.allowedPrivateTargets).toEqual([]);
    expect(config.mail).toMatchObject({ isDevMode: false, token: "postmark-token", debounceMs: 3_600_000 });
  });

  it("distributed without a mail service: refused, unless the mails are to be kept", () => {
    expect(complain({ ...DISTRIBUTED, POSTMARK_API_TOKEN: "" })).toContain("EMAIL_DEV_MODE must be true");
    expect(load({ ...DISTRIBUTED, POSTMARK_API_TOKEN: "", EMAIL_DEV_MODE: "true" }).mail.isDevMode).toBe(true);
  });

  it("embedded: one's own machine may be checked, mails are kept until there is a token", () => {
    const config = load(EMBEDDED);
    expect(config.allowedPrivateTargets.map(({ text }) => text)).toContain("127.0.0.0/8");
    expect(config.mail.isDevMode).toBe(true);
    expect(load({ ...EMBEDDED, POSTMARK_API_TOKEN: "token" }).mail.isDevMode).toBe(false);
  });

  it("embedded with ALLOW_PRIVATE_TARGETS=none: the operator's word counts", () => {
    expect(load({ ...EMBEDDED, ALLOW_PRIVATE_TARGETS: "none" }).allowedPrivateTargets).toEqual([]);
  });
});
