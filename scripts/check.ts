import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./launch/environment.ts";

// Turbo runs the checks at the same time, names each, and shows the words of those that fail.
const CHECKS = ["format", "lint", "types", "browser-types", "unused", "imports"];

// The dashboard is judged against the API as it is now.
const types = spawnSync(process.execPath, [join(root, "scripts/api-types.ts")], { stdio: "inherit" });
if (types.status !== 0) process.exit(types.status ?? 1);

const tasks = CHECKS.map((name) => `check:${name}`);
const { status } = spawnSync(
  join(root, "node_modules/.bin/turbo"),
  ["run", ...tasks, "--continue", "--output-logs=errors-only"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
  },
);
process.exitCode = status ?? 1;
