import { setTimeout as delay } from "node:timers/promises";
import { joinLive, type Frame, type LiveClient } from "../../tests/harness/live-client.ts";
import { BROKERS, openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import type { Child } from "../children.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage, type Stage } from "../stage.ts";
import { percentile, showMs } from "../statistics.ts";
import { openHttpTarget } from "../targets.ts";

const INTERVAL_S = 30;
const RATE = 1_000;
const SUBSCRIBED = 500;
const BROKEN = 250;
/** In which each subscribed monitor is checked once, and each broken one again to confirm it. */
const WINDOW_MS = (INTERVAL_S + 8) * 1_000;
const GOAL_MS = 100;

type Heard = { at: number; frame: Frame };
type Watched = { id: number; public_id: string };

/** From the end of a check to its frame at a dashboard, and to the change of status at any other. */
export async function measureLive(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const broker of BROKERS) {
    await withStage(async (stage) => {
      const { child: target, url } = await openHttpTarget(stage);
      const fleet = await openBenchFleet(stage, broker);
      await fleet.addMonitors({ count: (RATE * INTERVAL_S) / PLAN.scaleDown, intervalS: INTERVAL_S, url });
      const { rows: watched } = await fleet.sql.query<Watched>(
        `SELECT id, public_id FROM monitors ORDER BY md5(id::text) LIMIT ${SUBSCRIBED}`,
      );
      const dashboard = await openDashboard(stage, fleet);
      const other = await openDashboard(stage, fleet);
      dashboard.client.send({ type: "subscribe", monitor_ids: watched.map((one) => one.public_id) });
      await fleet.startWorker();
      await delay(PLAN.warmMs);
      await target.ask("begin", { intervalMs: INTERVAL_S * 1_000 });
      const ids = watched.map(({ id }) => id);
      await target.ask("watch", ids);
      await target.ask("breakFor", ids.slice(0, BROKEN));
      const from = Date.now();
      await delay(WINDOW_MS);
      const answers = await readAnswers(target, watched);
      const during = ({ heard }: Dashboard, type: string) =>
        heard.filter(({ at, frame }) => frame.type === type && at >= from);
      const checked = during(dashboard, "monitor.checked");
      const changed = during(other, "monitor.status");
      rows.push(report(bench, `monitor.checked at a dashboard of ${SUBSCRIBED}`, broker, checked, answers, checked));
      rows.push(report(bench, "monitor.status at any dashboard", broker, changed, answers, checked));
    });
  }
  return rows;
}

type Dashboard = { client: LiveClient; heard: Heard[] };

async function openDashboard(stage: Stage, { fleet, owner }: BenchFleet): Promise<Dashboard> {
  const join = () => joinLive(`${fleet.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${owner.token}` });
  const client = await stage.use(join, ({ raw }) => raw.terminate());
  await client.ofType("snapshot");
  const heard: Heard[] = [];
  client.raw.on("message", (data: Buffer) => {
    heard.push({ at: Date.now(), frame: JSON.parse(data.toString()) as Frame });
  });
  return { client, heard };
}

/** When the target answered each monitor, by its own journal. */
async function readAnswers(target: Child, watched: readonly Watched[]): Promise<Map<string, number[]>> {
  const publicIds = new Map(watched.map((one) => [one.id, one.public_id]));
  const answers = new Map<string, number[]>();
  for (const [id, at] of await target.ask<[number, number][]>("answers")) {
    const publicId = publicIds.get(id) ?? "";
    answers.set(publicId, [...(answers.get(publicId) ?? []), at]);
  }
  return answers;
}

/**
 * Two ways to see the end of a check: as it is stamped itself (start and total), and when the target wrote its answer,
 * which is a little before the end and owes nothing to our own clocks. The second one is judged.
 */
function report(
  bench: Bench,
  what: string,
  broker: Row["mode"],
  heard: readonly Heard[],
  answers: ReadonlyMap<string, readonly number[]>,
  checked: readonly Heard[],
): Row {
  const ends = new Map(checked.map(({ frame }) => [keyOf(frame), Date.parse(frame.at) + frame.data.phases_ms.total]));
  const stamped = heard.flatMap(({ at, frame }) =>
    ends.has(keyOf(frame)) ? [at - (ends.get(keyOf(frame)) ?? 0)] : [],
  );
  const answered = heard.flatMap(({ at, frame }) => {
    const before = (answers.get(frame.data.monitor_id) ?? []).filter((one) => one <= at);
    return before.length === 0 ? [] : [at - Math.max(...before)];
  });
  const show = (delays: readonly number[]) =>
    `p50 ${showMs(percentile(delays, 0.5))}, p99 ${showMs(percentile(delays, 0.99))}`;
  bench.say(
    `${broker}, ${what}: ${show(answered)} from the target's answer, ${show(stamped)} from the check's own stamp`,
  );
  return {
    figure: `check end -> ${what}, ${RATE / PLAN.scaleDown}/s`,
    mode: broker,
    value: `${show(answered)} from the target's answer (${answered.length} frames); ${show(stamped)} from the check's stamp`,
    yardstick: "-",
    goal: `p99 < ${GOAL_MS} ms`,
    isReached: percentile(answered, 0.99) < GOAL_MS,
  };
}

const keyOf = ({ at, data }: Frame): string => `${data.monitor_id} ${at}`;
