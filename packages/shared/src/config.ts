import { z } from "zod";
import { LONGEST_INTERVAL_S } from "./monitor.ts";
import { OWN_MACHINE_CIDRS, parseCidrs, type Cidr } from "./target-address.ts";

const text = z.string().min(1);
const flag = (fallback: boolean) => z.stringbool("true or false").default(fallback);
const whole = (min: number, max: number, fallback: number) =>
  z.coerce.number(`a whole number from ${min} to ${max}`).int().min(min).max(max).default(fallback);

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

const environment = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl.optional(),
  SECRET_KEY: z.string().min(16, "at least 16 characters; `openssl rand -base64 32` makes a good one"),
  ACCESS_TOKEN_EXPIRE_MINUTES: whole(1, 525_600, 43_200),
  POSTMARK_API_TOKEN: text.optional(),
  POSTMARK_API_URL: httpUrl.default("https://api.postmarkapp.com"),
  EMAIL_FROM: z.email("an e-mail address").default("alerts@pulsecheck.invalid"),
  EMAIL_DEV_MODE: z.stringbool("true or false").optional(),
  EMAIL_DEBOUNCE_MINUTES: z.coerce.number("minutes, 0 to 10080").min(0).max(10_080).default(60),
  CORS_ORIGINS: origins,
  MONITOR_CHECK_INTERVAL: whole(1, LONGEST_INTERVAL_S, 60),
  MIN_CHECK_INTERVAL: whole(1, LONGEST_INTERVAL_S, 30),
  CHECK_CONCURRENCY: whole(1, 10_000, 200),
  RETENTION_DAYS: whole(1, 3_650, 30),
  ALLOW_PRIVATE_TARGETS: cidrs.optional(),
  DEBUG: flag(false),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .transform((level) => (level === "warning" ? "warn" : level))
    .pipe(z.enum(["trace", "debug", "info", "warn", "error", "fatal"], "trace, debug, info, warning, error or fatal"))
    .optional(),
  ENVIRONMENT: z.string().max(50).default("production"),
  HOST: text.default("0.0.0.0"),
  PORT: whole(0, 65_535, 8_000),
  PUBLIC_URL: httpUrl.optional(),
  TRUST_PROXY: flag(false),
  PULSECHECK_EMBEDDED: flag(false),
});
type Environment = z.infer<typeof environment>;

const SECRETS = new Set(["SECRET_KEY", "POSTMARK_API_TOKEN", "DATABASE_URL", "REDIS_URL"]);

export type Config = ReturnType<typeof withDefaults>;
export type ConfigResult = { ok: true; config: Config } | { ok: false; message: string };

/**
 * Reads and judges the whole environment at once. A bad one is answered with one message that names every
 * variable in question, what it holds (secrets masked) and what it may hold. Empty counts as unset.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environment.safeParse(set);
  const problems = parsed.success ? crossChecks(parsed.data) : parsed.error.issues.map((issue) => describe(issue, set));
  if (parsed.success && problems.length === 0) return { ok: true, config: withDefaults(parsed.data) };
  return {
    ok: false,
    message: ["PulseCheck cannot start with this environment:", ...problems.map((line) => `  ${line}`)].join("\n"),
  };
}

function describe(issue: z.core.$ZodIssue, env: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  const value = env[name];
  if (value === undefined) return `${name} is not set; it must hold ${expectation(name, "a value")}`;
  const shown = SECRETS.has(name) ? "a value (not shown)" : JSON.stringify(value);
  return `${name} holds ${shown}; it must hold ${expectation(name, issue.message)}`;
}

function expectation(name: string, otherwise: string): string {
  if (name === "DATABASE_URL") return "postgresql://user:password@host:5432/name";
  if (name === "SECRET_KEY") return "at least 16 characters; `openssl rand -base64 32` makes a good one";
  return otherwise.charAt(0).toLowerCase() + otherwise.slice(1);
}

function crossChecks(env: Environment): string[] {
  const problems: string[] = [];
  if (env.MONITOR_CHECK_INTERVAL < env.MIN_CHECK_INTERVAL) {
    problems.push(
      `MONITOR_CHECK_INTERVAL holds ${env.MONITOR_CHECK_INTERVAL}; it must hold at least MIN_CHECK_INTERVAL (${env.MIN_CHECK_INTERVAL})`,
    );
  }
  if (!env.PULSECHECK_EMBEDDED && env.POSTMARK_API_TOKEN === undefined && env.EMAIL_DEV_MODE !== true) {
    problems.push(
      "POSTMARK_API_TOKEN is not set; it must hold your Postmark server token, or EMAIL_DEV_MODE must be true (mails are kept, not sent)",
    );
  }
  return problems;
}

function withDefaults(env: Environment) {
  const isEmbedded = env.PULSECHECK_EMBEDDED;
  const host = env.HOST === "0.0.0.0" || env.HOST === "::" ? "localhost" : env.HOST;
  return {
    isEmbedded,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL ?? null,
    secretKey: env.SECRET_KEY,
    sessionMinutes: env.ACCESS_TOKEN_EXPIRE_MINUTES,
    mail: {
      token: env.POSTMARK_API_TOKEN ?? null,
      apiUrl: env.POSTMARK_API_URL,
      from: env.EMAIL_FROM,
      isDevMode: env.EMAIL_DEV_MODE ?? (isEmbedded && env.POSTMARK_API_TOKEN === undefined),
      debounceMs: env.EMAIL_DEBOUNCE_MINUTES * 60_000,
    },
    corsOrigins: env.CORS_ORIGINS,
    intervals: { minIntervalS: env.MIN_CHECK_INTERVAL, defaultIntervalS: env.MONITOR_CHECK_INTERVAL },
    checkConcurrency: env.CHECK_CONCURRENCY,
    retentionDays: env.RETENTION_DAYS,
    allowedPrivateTargets: env.ALLOW_PRIVATE_TARGETS ?? (isEmbedded ? parseCidrs(OWN_MACHINE_CIDRS) : []),
    logLevel: env.LOG_LEVEL ?? (env.DEBUG ? "debug" : "info"),
    environment: env.ENVIRONMENT,
    host: env.HOST,
    port: env.PORT,
    publicUrl: (env.PUBLIC_URL ?? `http://${host}:${env.PORT}`).replace(/\/$/, ""),
    trustProxy: env.TRUST_PROXY,
  };
}
