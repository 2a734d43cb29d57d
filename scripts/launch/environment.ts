import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
/** Where a person's own instance keeps its data in embedded mode. */
export const ownFolder = join(root, ".data");

/** Reads `.env` at the root if there is one. What the environment already says wins. */
export function loadDotEnv(): void {
  const file = join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
}
