import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests with time limits of their own come first, those with a browser, which takes both cores, last; in between, all others. */
const FIRST = /\/tests\/(fire|hostile|[\w-]+\.test)/;
const LAST = /\/tests\/browser\//;

const rank = ({ moduleId }: TestSpecification): number => (FIRST.test(moduleId) ? 0 : LAST.test(moduleId) ? 2 : 1);

/** Keeps apart what would disturb each other on two cores. */
export class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
