import { watchInterruption } from "./launch/interruption.ts";
import { readOptions, USAGE, type Options } from "./simulate/options.ts";
import { simulate, type Voice } from "./simulate/run.ts";
import { sum, writeProgress, writeSummary } from "./simulate/tally.ts";

// Usage: npm run simulate -- --help

const CLEAR_LINE = "\r\u001B[K";
const SHOW_EVERY_MS = { terminal: 1_000, file: 10_000 };

function createVoice(): Voice {
  const isTerminal = process.stdout.isTTY;
  let nextAtMs = 0;
  return {
    say: (text) => void process.stdout.write(`${isTerminal ? CLEAR_LINE : ""}simulate: ${text}\n`),
    show(progress, tally) {
      if (progress.elapsedMs < nextAtMs) return;
      nextAtMs = progress.elapsedMs + (isTerminal ? SHOW_EVERY_MS.terminal : SHOW_EVERY_MS.file);
      const line = writeProgress(progress, tally);
      process.stdout.write(isTerminal ? `${CLEAR_LINE}${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`);
    },
  };
}

async function run(options: Options): Promise<number> {
  const interruption = watchInterruption();
  interruption.onImpatience(() => process.exit(130));
  const voice = createVoice();
  const { tally, elapsedMs } = await simulate(options, interruption.signal, voice);
  if (sum(tally.accepted) === 0) {
    console.error(`simulate: nothing was accepted at ${options.url}: ${tally.lastProblem ?? "it ended too soon"}`);
    return 1;
  }
  voice.say(writeSummary(tally, elapsedMs, options.url, options.seed));
  return 0;
}

const read = readOptions(process.argv.slice(2), process.env);
if (read.kind === "options") process.exit(await run(read.options));
if (read.kind === "problems") console.error(`${read.message}\n\nnpm run simulate -- --help tells more.`);
else console.log(USAGE);
process.exit(read.kind === "help" ? 0 : 1);
