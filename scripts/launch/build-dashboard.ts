import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { root } from "./environment.ts";
import { waitForLock } from "./lock.js";

const web = join(root, "apps/web");
const dist = join(web, "dist");
const stamp = join(dist, ".sources-hash");
const SOURCES = [
  "scripts/launch/build-dashboard.ts",
  "apps/web/{src,public}/**/*",
  "apps/web/*.{html,ts,json}",
  "packages/shared/src/*",
  "package-lock.json",
];

function hashSources(): string {
  const hash = createHash("sha256");
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true, exclude: (entry) => entry.name === "generated" });
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.toSorted()) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

// Once here instead of with each request.
function compressFiles(folder: string): void {
  for (const file of globSync("**/*.{js,css,svg}", { cwd: folder })) {
    const bytes = readFileSync(join(folder, file));
    writeFileSync(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(bytes));
  }
}

/** Builds `apps/web/dist`, which the API serves, where its sources are not those that it was built from. */
export async function buildDashboard(): Promise<void> {
  const lock = await waitForLock(join(root, ".data/locks/dashboard"), () => undefined);
  try {
    const wanted = hashSources();
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    console.log("pulsecheck: building the dashboard (vite build) ...");
    const draft = join(web, `dist-${process.pid}`);
    const vite = join(root, "node_modules/vite/bin/vite.js");
    const args = [vite, "build", "--outDir", draft, "--logLevel", "warn"];
    // Tests run with a NODE_ENV of their own, and a dashboard of developers is twice as large.
    const env = { ...process.env, NODE_ENV: "production" };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: web, encoding: "utf8", env });
    if (status !== 0) throw new Error(`building the dashboard failed:\n${stdout}${stderr}`);
    compressFiles(draft);
    writeFileSync(join(draft, ".sources-hash"), wanted);
    await rm(dist, { recursive: true, force: true });
    await rename(draft, dist);
  } finally {
    lock.release();
  }
}
