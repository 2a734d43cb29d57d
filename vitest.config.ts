import { defineConfig } from "vitest/config";
import { Sequencer } from "./tests/setup/sequencer.ts";

const places = "{apps,packages,scripts,tests,bench}";

export default defineConfig({
  test: {
    include: [`${places}/**/*.test.ts`],
    exclude: ["**/node_modules/**", "**/generated/**", "**/dist/**"],
    globalSetup: ["tests/setup/global.ts"],
    reporters: ["default", "./tests/setup/totals-reporter.ts"],
    sequence: { sequencer: Sequencer },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests of races and crashes take their time; only the unexpectedly slow are worth a mark.
    slowTestThreshold: 5000,
  },
});
