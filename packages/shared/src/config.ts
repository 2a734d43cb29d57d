import type { z } from "zod";
import { environment, type Environment } from "./environment.ts";
import { OWN_MACHINE_CIDRS, parseCidrs } from "./target-address.ts";

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
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = [...issues.map((issue) => describe(issue, set)), ...crossChecks(readable(set, issues))];
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

type Known = { [Name in keyof Environment]?: Environment[Name] | undefined };

/** What of the environment is good by itself, defaults included. */
function readable(env: Record<string, string | undefined>, issues: readonly z.core.$ZodIssue[]): Known {
  const bad = new Set(issues.map((issue) => String(issue.path[0])));
  const good = Object.fromEntries(Object.entries(env).filter(([name]) => !bad.has(name)));
  return environment.partial().safeParse(good).data ?? {};
}

function crossChecks(env: Known): string[] {
  const problems: string[] = [];
  if ((env.MONITOR_CHECK_INTERVAL ?? 0) < (env.MIN_CHECK_INTERVAL ?? 0)) {
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
      /** So many alerts a recipient gets by themselves in a minute; the rest together. */
      aloneAtMost: env.ALERT_DIGEST_AFTER,
    },
    corsOrigins: env.CORS_ORIGINS,
    intervals: { minIntervalS: env.MIN_CHECK_INTERVAL, defaultIntervalS: env.MONITOR_CHECK_INTERVAL },
    checkConcurrency: env.CHECK_CONCURRENCY,
    retentionDays: env.RETENTION_DAYS,
    allowedPrivateTargets: env.ALLOW_PRIVATE_TARGETS ?? (isEmbedded ? parseCidrs(OWN_MACHINE_CIDRS) : []),
    /** Name servers that know the targets' names; null: the system's. */
    nameServers: env.DNS_SERVERS ?? null,
    /** While none of these can be connected to, it is our own network that is gone. */
    canaries: env.CANARY_URLS ?? [],
    /** Where readings of unknown sensors go that come by plain SQL; null: they are refused. */
    sensorWorkspace: env.SENSOR_WORKSPACE ?? null,
    logLevel: env.LOG_LEVEL ?? (env.DEBUG ? "debug" : "info"),
    environment: env.ENVIRONMENT,
    host: env.HOST,
    port: env.PORT,
    publicUrl: (env.PUBLIC_URL ?? `http://${host}:${env.PORT}`).replace(/\/$/, ""),
    trustProxy: env.TRUST_PROXY,
  };
}
