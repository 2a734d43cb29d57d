// Plain JavaScript, because bootstrap.js runs it on the machine's own Node before anything is installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const UNNAMED_OWNER_GRACE_MS = 10_000;

/**
 * Tells a process from a later one with the same pid (they are reused, after a reboot at the latest).
 * Null when no such process runs.
 */
export function processIdentity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return process.platform === "linux" ? null : startTimeFromPs(pid);
  }
}

function startTimeFromPs(pid) {
  try {
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}

function readOwner(path) {
  try {
    return JSON.parse(readFileSync(join(path, "owner.json"), "utf8"));
  } catch {
    return null;
  }
}

function olderThan(path, ms) {
  try {
    return Date.now() - statSync(path).mtimeMs > ms;
  } catch {
    return false;
  }
}

function isStale(path) {
  const owner = readOwner(path);
  if (owner === null) return olderThan(path, UNNAMED_OWNER_GRACE_MS);
  return processIdentity(owner.pid) !== owner.identity;
}

function makeDirectory(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

// Removing a stale lock is itself guarded: of two breakers, the slower one would remove the quicker one's new lock.
function breakStaleLock(path) {
  const guard = `${path}.breaking`;
  if (!makeDirectory(guard)) {
    if (olderThan(guard, UNNAMED_OWNER_GRACE_MS)) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (isStale(path)) rmSync(path, { recursive: true, force: true });
  } finally {
    rmdirSync(guard);
  }
}

/** Takes the lock or says who holds it. A lock left behind by a dead process is taken over. */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  let takenOver = false;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (makeDirectory(path)) {
      const owner = { pid: process.pid, identity: processIdentity(process.pid) };
      writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
      return {
        held: true,
        takenOver,
        release: () => rmSync(path, { recursive: true, force: true }),
      };
    }
    takenOver = isStale(path);
    if (takenOver) breakStaleLock(path);
  }
  return { held: false, ownerPid: readOwner(path)?.pid ?? null };
}

/** Waits for the lock; `onWait` is told once who holds it. */
export async function waitForLock(path, onWait) {
  let told = false;
  for (;;) {
    const lock = tryLock(path);
    if (lock.held) return lock;
    if (!told) onWait(lock.ownerPid);
    told = true;
    await delay(200);
  }
}
