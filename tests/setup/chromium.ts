import { join } from "node:path";
import { root } from "../../scripts/launch/environment.ts";
import { findProgram, type Program } from "../../scripts/servers/debian-program.ts";

/** A Chromium to test with: the machine's, else Debian's, with a font. */
export function findChromium(): Promise<Program> {
  return findProgram({
    name: "chromium",
    packages: ["chromium", "fonts-liberation"],
    inside: "usr/lib/chromium/chromium",
    folder: join(root, ".data/chromium"),
  });
}
