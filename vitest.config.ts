import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

/**
 * Tests that run together, after those before them: on two cores they disturb each other otherwise.
 * @param maxWorkers files at a time
 */
function group(
  groupOrder: number,
  name: string,
  include: string[],
  maxWorkers: number,
): TestProjectInlineConfiguration {
  return {
    // Inherited, the global set-up would run once for each.
    extends: false,
    test: {
      name,
      include,
      exclude: ["**/node_modules/**", "**/generated/**", "**/dist/**"],
      pool: "forks",
      maxWorkers,
      sequence: { groupOrder },
      // What is polled for comes in moments; on a busy machine they are long.
      expect: { poll: { timeout: 10_000 } },
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  };
}

/** Those of the whole house that judge how long something took. */
const TIMED = "*faults|hanging|story";

export default defineConfig({
  test: {
    globalSetup: ["tests/setup/global.ts"],
    reporters: ["default", "./tests/setup/totals-reporter.ts"],
    // Tests of races and crashes take their time; only the unexpectedly slow are worth a mark.
    slowTestThreshold: 5000,
    projects: [
      group(0, "timed", ["tests/{fire,hostile}/**/*.test.ts", `tests/@(${TIMED}).test.ts`], 2),
      // They wait for others more than they work: three at a time keep two cores busy.
      group(1, "parts", ["{apps,packages,scripts,bench}/**/*.test.ts", `tests/{setup/*,!(${TIMED})}.test.ts`], 3),
      // A browser takes both cores.
      group(2, "browser", ["tests/browser/**/*.test.ts"], 2),
    ],
  },
});
