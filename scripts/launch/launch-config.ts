import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseConfig } from "@pulsecheck/shared/config";

/** What the launcher itself needs to know. */
export type LaunchConfig = {
  isEmbedded: boolean;
  /** Empty in embedded mode: known once the server runs. */
  databaseUrl: string;
  host: string;
  port: number;
  /** What stands in a URL for `host`, which may be a wildcard. */
  urlHost: string;
  keepsMails: boolean;
};

function urlHostFor(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

const embeddedEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  HOST: env["HOST"] || "127.0.0.1",
  PULSECHECK_EMBEDDED: "true",
});

/** Judges the environment as the apps will, before anything is started. Throws what they would say. */
export function readLaunchConfig(env: NodeJS.ProcessEnv): LaunchConfig {
  const isEmbedded = !env["DATABASE_URL"];
  const madeUpLater = { DATABASE_URL: "postgresql://later", SECRET_KEY: "-".repeat(32) };
  const parsed = parseConfig(
    isEmbedded
      ? {
          ...embeddedEnv(env),
          ...madeUpLater,
          SECRET_KEY: env["SECRET_KEY"] || madeUpLater.SECRET_KEY,
        }
      : env,
  );
  if (!parsed.ok) throw new Error(parsed.message);
  const { config } = parsed;
  if (config.port === 0) throw new Error("PORT must be a number from 1 to 65535, not 0");
  return {
    isEmbedded,
    databaseUrl: isEmbedded ? "" : config.databaseUrl,
    host: config.host,
    port: config.port,
    urlHost: urlHostFor(config.host),
    keepsMails: config.mail.isDevMode,
  };
}

async function loadSecretKey(folder: string): Promise<string> {
  const secretFile = join(folder, "secret-key");
  const existing = await readFile(secretFile, "utf8").catch(() => "");
  if (existing.trim() !== "") return existing.trim();
  const secret = randomBytes(32).toString("hex");
  const draft = `${secretFile}.${process.pid}`;
  await mkdir(dirname(secretFile), { recursive: true });
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flush: true });
  await rename(draft, secretFile);
  return secret;
}

/** The apps' environment. A secret is made up, and kept in the folder, only where the data are ours alone. */
export async function buildAppEnv(
  env: NodeJS.ProcessEnv,
  config: LaunchConfig,
  databaseUrl: string,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  if (!config.isEmbedded) return env;
  return {
    ...embeddedEnv(env),
    DATABASE_URL: databaseUrl,
    SECRET_KEY: env["SECRET_KEY"] || (await loadSecretKey(folder)),
  };
}
