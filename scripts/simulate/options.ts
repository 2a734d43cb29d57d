import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { z } from "zod";

export const USAGE = `Devices, sensors and cron jobs that report to a PulseCheck, for trying it out.

  npm run simulate -- --devices 50 --duration 10m --url http://127.0.0.1:8000 --key pc_...

  --devices   how many devices, 1 to 10000; a tenth as many sensors and (up to 20) cron jobs   50
  --duration  how long: 30s, 10m, 2h; a number alone is minutes; 24h at most                   10m
  --url       where PulseCheck is                                                              http://127.0.0.1:8000
  --key       an API key; or set PULSECHECK_API_KEY. INGEST may report; USER may also create cron jobs
  --email, --password   instead of a key: logs in and makes a key, which is revoked at the end
  --seed      a number: the same one makes the same fleet with the same fate                   by chance
`;

export type Credential = { key: string } | { email: string; password: string };

export type Options = { devices: number; durationMs: number; url: string; credential: Credential; seed: number };
export type OptionsResult =
  | { kind: "options"; options: Options }
  | { kind: "help" }
  | { kind: "problems"; message: string };

const DEVICES_AT_MOST = 10_000;
const DURATION_AT_MOST_MS = 24 * 3_600_000;
const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `30s`, `10m`, `2h` or minutes alone, in ms; NaN where it is none of these. */
function parseDuration(text: string): number {
  const [, count, unit = "m"] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text.trim()) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
}

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number(`must be a whole number from ${min} to ${max}`)
    .refine(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    );

const schema = z.object({
  devices: wholeNumber(1, DEVICES_AT_MOST).default(50),
  duration: z
    .string()
    .default("10m")
    .transform(parseDuration)
    .refine((ms) => ms >= 1_000 && ms <= DURATION_AT_MOST_MS, "must be 1s to 24h, such as 30s, 10m or 2h"),
  url: z
    .url({ protocol: /^https?$/, error: "must be an address such as http://127.0.0.1:8000" })
    .default("http://127.0.0.1:8000")
    .transform((url) => url.replace(/\/+$/, "")),
  key: z.string().min(1, "must not be empty").optional(),
  email: z.string().min(1, "must not be empty").optional(),
  password: z.string().min(1, "must not be empty").optional(),
  seed: wholeNumber(0, 0xff_ff_ff_ff).default(() => randomInt(0xff_ff_ff_ff)),
});

/** Reads the command line. Everything that is wrong with it is told at once, each by the option's name. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): OptionsResult {
  const read = readArguments(args);
  if ("problem" in read) return { kind: "problems", message: read.problem };
  if (read.values["help"] === true) return { kind: "help" };
  const parsed = schema.safeParse(read.values);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path: [name = ""], message }) =>
      describe(String(name), read.values, message),
    );
    return { kind: "problems", message: lines.join("\n") };
  }
  const { devices, duration, url, seed } = parsed.data;
  const credential = chooseCredential(parsed.data, env["PULSECHECK_API_KEY"]);
  if (typeof credential === "string") return { kind: "problems", message: credential };
  return { kind: "options", options: { devices, durationMs: duration, url, credential, seed } };
}

type Values = Record<string, string | boolean | undefined>;

function readArguments(args: readonly string[]): { values: Values } | { problem: string } {
  const text = { type: "string" } as const;
  const options = {
    devices: text,
    duration: text,
    url: text,
    key: text,
    email: text,
    password: text,
    seed: text,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return { values: parseArgs({ args: [...args], options }).values };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const SECRETS = ["key", "password"];

function describe(name: string, values: Values, message: string): string {
  const shown = SECRETS.includes(name) ? "" : `, not ${JSON.stringify(values[name])}`;
  return `--${name} ${message}${shown}`;
}

type Given = { key?: string | undefined; email?: string | undefined; password?: string | undefined };

function chooseCredential({ key, email, password }: Given, keyOfEnv: string | undefined): Credential | string {
  if (key !== undefined && email !== undefined) return "--key and --email exclude each other: one way in is enough";
  if (key !== undefined) return { key };
  if (email !== undefined && password === undefined) return "--email needs --password";
  if (password !== undefined && email === undefined) return "--password needs --email";
  if (email !== undefined && password !== undefined) return { email, password };
  if (keyOfEnv) return { key: keyOfEnv };
  return "No way in: give --key (or PULSECHECK_API_KEY), or --email and --password. Keys are made in the dashboard's settings.";
}
