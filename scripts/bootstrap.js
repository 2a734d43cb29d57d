// The one script that runs on the machine's own Node (20 or later): it brings everything else, then hands over to the
// Node that the lock file pins. Usage: node scripts/bootstrap.js scripts/<name>.ts [arguments]
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { clientIsCurrent, generateClient, install, installIsCurrent } from "./launch/install.js";
import { waitForLock } from "./launch/lock.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A terminal's Ctrl-C arrives twice: from the terminal itself and again from npm, which forwards what it gets.
const SAME_SIGNAL_MS = 500;

async function prepare() {
  if (installIsCurrent(root) && clientIsCurrent(root)) return;
  const lock = await waitForLock(join(root, ".data/locks/install"), (pid) =>
    console.log(`pulsecheck: waiting for another set-up in this checkout (pid ${pid ?? "?"}) ...`),
  );
  try {
    if (!installIsCurrent(root)) install(root);
    if (!clientIsCurrent(root)) generateClient(root);
  } finally {
    lock.release();
  }
}

function useGitHooks() {
  if (process.env.CI === "true" || !existsSync(join(root, ".git"))) return;
  const git = (...args) => spawnSync("git", ["-C", root, "config", ...args], { encoding: "utf8" });
  if (git("core.hooksPath").status === 1) git("core.hooksPath", ".githooks");
}

function forwardSignals(child) {
  const lastSeen = new Map();
  const forward = (signal) => {
    const now = Date.now();
    const repeated = now - (lastSeen.get(signal) ?? 0) < SAME_SIGNAL_MS;
    lastSeen.set(signal, now);
    if (!repeated) child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => forward(signal));
  stopWhenNpmIsGone(() => forward("SIGTERM"));
}

// A killed npm (SIGKILL cannot be forwarded) must not leave servers behind that nobody sees.
function stopWhenNpmIsGone(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 1000);
  watch.unref();
}

function run(script, args) {
  // Its own process group, so that a signal reaches it exactly once: through us. The IPC channel tells it when we are
  // killed without a chance to forward anything.
  const child = spawn(join(root, "node_modules/.bin/node"), [resolve(script), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: true,
  });
  forwardSignals(child);
  child.on("error", (error) => fail(error));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(error) {
  console.error(`pulsecheck: ${error.message}`);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  fail(new Error("usage: node scripts/bootstrap.js scripts/<name>.ts [arguments]"));
}
try {
  await prepare();
  useGitHooks();
  run(script, args);
} catch (error) {
  fail(error);
}
