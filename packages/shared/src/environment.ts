import ipaddr from "ipaddr.js";
import { z } from "zod";
import { ALONE_AT_MOST } from "./alert-digest.ts";
import { LONGEST_INTERVAL_S } from "./monitor.ts";
import { parseCidrs, type Cidr } from "./target-address.ts";
import { parseTargetUrl } from "./target-url.ts";

const text = z.string().min(1);
const flag = (fallback: boolean) => z.stringbool("true or false").default(fallback);
const whole = (min: number, max: number, fallback: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return z.coerce.number(expected).int(expected).min(min, expected).max(max, expected).default(fallback);
};

const EXPECTED_MINUTES = "minutes, 0 to 10080";
const minutes = z.coerce.number(EXPECTED_MINUTES).min(0, EXPECTED_MINUTES).max(10_080, EXPECTED_MINUTES);

const databaseUrl = text
  .transform((url) => url.replace(/^(postgres(?:ql)?)\+\w+:/, "$1:"))
  .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url), "postgresql://user:password@host:5432/name");
const redisUrl = text.refine((url) => /^rediss?:\/\//.test(url) && URL.canParse(url), "redis://host:6379");
const httpUrl = text.refine(
  (url) => /^https?:\/\//.test(url) && URL.canParse(url),
  "a URL such as https://example.com",
);

const cidrs = text.transform((value, context): Cidr[] => {
  try {
    return parseCidrs(value);
  } catch {
    context.addIssue({ code: "custom", message: "none, or CIDRs with commas such as 10.0.0.0/8, fd00::/8" });
    return z.NEVER;
  }
});

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
function isNameServer(part: string): boolean {
  const [, withPort, port = "53"] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(part) ?? [];
  return ipaddr.isValid((withPort ?? part).replace(/^\[|\]$/g, "")) && Number(port) > 0 && Number(port) < 65_536;
}

const nameServers = text
  .transform((value) => value.split(",").map((part) => part.trim()))
  .refine(
    (parts) => parts.every(isNameServer),
    "addresses of name servers with commas, such as 192.0.2.53, [2001:db8::53]:53",
  );

const EXPECTED_CANARIES = "addresses with commas, such as https://one.one.one.one, https://dns.google";
const canaries = text
  .transform((value) => value.split(",").map((part) => part.trim()))
  .refine((parts) => parts.every((part) => parseTargetUrl(part).ok), EXPECTED_CANARIES)
  .transform((parts) => parts.map((part) => new URL(part)));

/** `["https://a.example"]` or `https://a.example, https://b.example`. */
const origins = z
  .string()
  .default("")
  .transform((value) =>
    value
      .replace(/^\[|\]$|"/g, "")
      .split(",")
      .map((part) => part.trim().replace(/\/$/, ""))
      .filter(Boolean),
  )
  .refine(
    (list) => list.every((origin) => /^https?:\/\/[^/]+$/.test(origin)),
    "origins such as https://app.example.com, as a JSON array or with commas",
  );

/** Every variable that PulseCheck reads, by itself; `config.ts` judges them together. */
export const environment = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl.optional(),
  SECRET_KEY: z.string().min(16, "at least 16 characters; `openssl rand -base64 32` makes a good one"),
  ACCESS_TOKEN_EXPIRE_MINUTES: whole(1, 525_600, 43_200),
  POSTMARK_API_TOKEN: text.optional(),
  POSTMARK_API_URL: httpUrl.default("https://api.postmarkapp.com"),
  EMAIL_FROM: z.email("an e-mail address").default("alerts@pulsecheck.invalid"),
  EMAIL_DEV_MODE: z.stringbool("true or false").optional(),
  EMAIL_DEBOUNCE_MINUTES: minutes.default(60),
  ALERT_DIGEST_AFTER: whole(1, 100_000, ALONE_AT_MOST),
  CORS_ORIGINS: origins,
  MONITOR_CHECK_INTERVAL: whole(1, LONGEST_INTERVAL_S, 60),
  MIN_CHECK_INTERVAL: whole(1, LONGEST_INTERVAL_S, 30),
  CHECK_CONCURRENCY: whole(1, 10_000, 200),
  RETENTION_DAYS: whole(1, 3_650, 30),
  ALLOW_PRIVATE_TARGETS: cidrs.optional(),
  DNS_SERVERS: nameServers.optional(),
  CANARY_URLS: canaries.optional(),
  SENSOR_WORKSPACE: z.uuid("the UUID of a workspace").toLowerCase().optional(),
  DEBUG: flag(false),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .transform((level) => (level === "warning" ? "warn" : level))
    .pipe(z.enum(["trace", "debug", "info", "warn", "error", "fatal"], "trace, debug, info, warning, error or fatal"))
    .optional(),
  ENVIRONMENT: z.string().max(50, "at most 50 characters").default("production"),
  HOST: text.default("0.0.0.0"),
  PORT: whole(0, 65_535, 8_000),
  PUBLIC_URL: httpUrl.optional(),
  TRUST_PROXY: flag(false),
  PULSECHECK_EMBEDDED: flag(false),
});
export type Environment = z.infer<typeof environment>;
