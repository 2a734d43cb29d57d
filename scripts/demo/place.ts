import { environment } from "@pulsecheck/shared/environment";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { ownFolder } from "../launch/environment.ts";
import { tryPort } from "../servers/free-port.ts";

const FIRST_PORT = 8_001;
const PORTS = 99;
/** What of PulseCheck's settings a demo listens to. */
const HEARD = new Set(["PORT", "HOST", "LOG_LEVEL"]);

/** Where a demo keeps everything; a person's own instance is elsewhere. */
export const findFolder = (env: NodeJS.ProcessEnv): string => env["PULSECHECK_DEMO_FOLDER"] || join(ownFolder, "demo");

/** Throws where somebody's real PulseCheck may be meant, or others may log in: everybody knows the passwords. */
export function requireEmbedded(env: NodeJS.ProcessEnv): void {
  const set = ["DATABASE_URL", "REDIS_URL"].filter((name) => env[name]);
  const production = ["NODE_ENV", "ENVIRONMENT"].filter((name) => env[name] === "production");
  const open = env["HOST"] && !isThisMachine(env["HOST"]) ? [`HOST is ${env["HOST"]}, where others can reach it`] : [];
  const reasons = [...set.map((name) => `${name} is set`), ...production.map((name) => `${name} is production`)];
  const [reason] = [...reasons, ...open];
  if (reason !== undefined)
    throw new Error(
      `the demo makes accounts with a well-known password, so it runs on this machine in embedded mode only, and ${reason}. Unset it (it may stand in .env) and try again.`,
    );
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** The environment of the demo's apps: of PulseCheck's own settings only the address. It sends no mail to anybody. */
export async function buildDemoEnv(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const names = Object.keys(env).filter((name) => !Object.hasOwn(environment.shape, name) || HEARD.has(name));
  const heard = Object.fromEntries(names.map((name) => [name, env[name]]));
  return {
    ...heard,
    PORT: env["PORT"] || String(await findPort(env["HOST"] || "127.0.0.1")),
    // What mends itself is no business of a visitor's terminal.
    LOG_LEVEL: env["LOG_LEVEL"] || "fatal",
    MIN_CHECK_INTERVAL: "10",
    EMAIL_DEV_MODE: "true",
  };
}

async function findPort(host: string): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port += 1)
    if ((await tryPort(port, host)) === null) return port;
  throw new Error(`the ports ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} are in use: choose another with PORT`);
}

const schema = z.object({
  /** Of the shape that these scripts make: what an older one left is made anew. */
  version: z.literal(1),
  /** Where the targets listened last. */
  ports: z.object({ web: z.int(), gateway: z.int() }),
  /** The key that the fleet reports with. */
  fleetKey: z.string(),
  pingIds: z.record(z.string(), z.string()),
});
export type Notes = z.infer<typeof schema>;

/** What the last start left for this one; null where there is no finished demo in the folder. */
export async function readNotes(folder: string): Promise<Notes | null> {
  const text = await readFile(join(folder, "notes.json"), "utf8").catch(() => null);
  return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
}

/** Written last: without them the next start makes everything anew. */
export async function writeNotes(folder: string, notes: Notes): Promise<void> {
  const file = join(folder, "notes.json");
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.draft`, JSON.stringify(notes), { mode: 0o600 });
  await rename(`${file}.draft`, file);
}
