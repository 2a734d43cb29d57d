import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends the run with one plain line: `N passed, N failed, N skipped`. */
class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const totals = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        totals[test.result().state] += 1;
        if (test.diagnostic()?.flaky === true)
          console.log(`only at the second try: ${module.moduleId} > ${test.fullName}`);
      }
      // A file that cannot even be loaded has no tests that could fail.
      if (module.errors().length > 0) totals.failed += 1;
    }
    const skipped = totals.skipped + totals.pending;
    console.log(`${totals.passed} passed, ${totals.failed} failed, ${skipped} skipped`);
  }
}

// Vitest loads a reporter by its default export.
export default TotalsReporter;
