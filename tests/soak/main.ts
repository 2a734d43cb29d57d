import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { buildTown, type Shop, type Town } from "../fire/town.ts";
import { openWatcher } from "../fire/watcher.ts";
import { faultsOf, type Stage } from "./faults.ts";
import { planOutages, type Outage } from "./outages.ts";
import { createRandom, type Random } from "../../scripts/simulate/random.ts";
import { clock, judge, type Evidence, type Lived } from "./verdict.ts";

// Usage: npm run soak [-- --minutes 30] [--broker postgres] [--seed 7]
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    broker: { type: "string", default: "redis" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const broker = values.broker === "postgres" ? "postgres" : "redis";
const INTERVAL_S = 10;
const GOOD = 300;
const PLANNERS = 3;
const SHOPS_EACH = 12;

const interruption = new AbortController();
const interrupt = (): void => interruption.abort();
process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("disconnect", interrupt);
const say = (line: string): void => void process.stdout.write(`${clock(Date.now())} ${line}\n`);
const rest = (ms: number): Promise<unknown> =>
  delay(ms, undefined, { signal: interruption.signal }).catch(() => undefined);

/** Faults one after the other, with time to recover in between. */
async function rage(stage: Stage, isOver: () => boolean): Promise<Lived[]> {
  const lived: Lived[] = [];
  while (!isOver()) {
    await rest(stage.random.between(10_000, 25_000));
    if (isOver()) break;
    const fault = stage.random.pick(faultsOf(broker));
    say(fault.name);
    const from = Date.now();
    await fault.run(stage);
    lived.push({ fault, from, to: Date.now() });
  }
  return lived;
}

async function openStage(town: Town, random: Random): Promise<Stage> {
  const second = await town.fleet.startApi();
  return {
    town,
    random,
    apis: [town.api, second],
    workers: [await town.fleet.startWorker(), await town.fleet.startWorker()],
  };
}

async function soak(town: Town): Promise<Evidence> {
  const random = createRandom(seed);
  const stage = await openStage(town, random);
  const good = await town.addShops({ name: "good", count: GOOD, intervalS: INTERVAL_S, timeoutMs: 5_000 });
  const streets: Shop[][] = [];
  for (let n = 1; n <= PLANNERS; n += 1)
    streets.push(
      await town.addShops({ name: `flaky${n}`, count: SHOPS_EACH, intervalS: INTERVAL_S, timeoutMs: 5_000 }),
    );
  const flaky = streets.flat();
  const urls = stage.apis.map(({ url }) => url);
  const ids = [...good.slice(0, 50), ...flaky].map(({ publicId }) => publicId);
  const watchers = await Promise.all(
    [urls, urls.toReversed(), urls, urls.toReversed()].map((own) => openWatcher(own, town.alice.token, ids)),
  );
  const endAt = Date.now() + minutes * 60_000;
  const isOver = (): boolean => interruption.signal.aborted || Date.now() > endAt;
  const planned = streets.map((shops, n) => planOutages(town, shops, createRandom(seed + 1 + n), isOver));
  const lived = await rage(stage, isOver);
  const outages: Outage[] = (await Promise.all(planned)).flat();
  say("the end; waiting for what is under way");
  await rest(3 * INTERVAL_S * 1_000);
  watchers.forEach((watcher) => watcher.stop());
  return { town, good, flaky, lived, outages, watchers, endedAt: Date.now() };
}

function report({ town, lived, outages, watchers }: Evidence, complaints: readonly string[]): void {
  const counts = Map.groupBy(lived, ({ fault }) => fault.name);
  const lines = [
    "",
    `${minutes} minutes on ${broker}, seed ${seed}: 2 workers, 2 API processes, ${GOOD + PLANNERS * SHOPS_EACH} monitors every ${INTERVAL_S} s`,
    `  ${town.target.journal.length} checks, ${outages.length} outages, ${town.mails.accepted.length} mails in ${town.mails.attempts.length} tries, ${watchers.map(({ frames }) => frames.length).join(" + ")} frames, ${watchers.map((watcher) => watcher.returns()).join(" + ")} returns`,
    ...[...counts].map(([name, times]) => `  ${String(times.length).padStart(3)} x ${name}`),
    complaints.length === 0 ? "The journals have nothing against us." : `${complaints.length} complaints:`,
    ...complaints.slice(0, 50).map((line) => `  ${line}`),
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

say(`seed ${seed}, broker ${broker}, ${minutes} minutes`);
const { town, close } = await buildTown(broker, {
  env: { EMAIL_DEBOUNCE_MINUTES: "0", ALERT_DIGEST_AFTER: "10000" },
  postgresSettings: { max_connections: "150" },
});
let complaints: string[] = ["it did not come to its end"];
try {
  const evidence = await soak(town);
  complaints = judge(evidence);
  report(evidence, complaints);
} finally {
  await close();
}
process.exit(complaints.length === 0 ? 0 : 1);
