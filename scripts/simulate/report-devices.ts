import { z } from "zod";
import { createDeviceLine, type DeviceLine } from "./device-line.ts";
import { measure, type Device, type Report } from "./device.ts";
import type { Run } from "./run.ts";

/** What a device that has no network keeps at most: the oldest reports go first. */
const KEPT_AT_MOST = 60;
const results = z.array(z.object({ result: z.string(), detail: z.string().nullish() }));

type Reporter = { device: Device; line: DeviceLine | null; waiting: Report[]; isSending: boolean };

/** Has each device report when it is due; by its socket, by one request, or what it missed in one batch. */
export function reportDevices(run: Run, devices: readonly Device[]) {
  const { sender, key, tally } = run;
  const onProblem = (problem: string): void => void (tally.lastProblem = problem);
  const reporters = devices.map((device): Reporter => {
    const place = { url: sender.url, key, deviceId: device.id };
    return {
      device,
      line: device.usesSocket ? createDeviceLine(place, onProblem) : null,
      waiting: [],
      isSending: false,
    };
  });
  return {
    tick(nowMs: number): void {
      for (const reporter of reporters) if (reporter.device.nextAtMs <= nowMs) reportDevice(run, reporter, nowMs);
    },
    countSilent: (nowMs: number): number => devices.filter((device) => device.silentUntilMs > nowMs).length,
    stop: () => Promise.all(reporters.flatMap(({ line }) => line?.hangUp() ?? [])),
  };
}

function reportDevice(run: Run, reporter: Reporter, nowMs: number): void {
  const { device, line } = reporter;
  keep(reporter, [...reporter.waiting, measure(device)]);
  if (device.silentUntilMs > nowMs) return void line?.hangUp();
  line?.open();
  const [only] = reporter.waiting;
  if (line?.isOpen() === true && only !== undefined && reporter.waiting.length === 1 && !reporter.isSending) {
    reporter.waiting = [];
    line.send({ event_type: "heartbeat", ...fieldsOf(device, only) });
    run.tally.accepted.heartbeats += 1;
  } else if (!reporter.isSending && run.sender.isFree()) void sendWaiting(run, reporter);
}

async function sendWaiting(run: Run, reporter: Reporter): Promise<void> {
  const { device, waiting: sent } = reporter;
  const { tally } = run;
  reporter.waiting = [];
  reporter.isSending = true;
  const [only] = sent;
  const body =
    only !== undefined && sent.length === 1
      ? { device_id: device.id, ...fieldsOf(device, only) }
      : sent.map((report) => ({ device_id: device.id, ...fieldsOf(device, report), sent_at: run.timeOf(report.atMs) }));
  const answer = await run.sender.send("POST", "/api/v1/heartbeat", body, run.key);
  reporter.isSending = false;
  if (run.settle(answer, "heartbeats", sent.length) === "again") return keep(reporter, [...sent, ...reporter.waiting]);
  // Of a batch each one has its own result.
  const refused = results.safeParse(answer.body).data?.filter(({ result }) => result === "refused") ?? [];
  tally.accepted.heartbeats -= refused.length;
  tally.refused.heartbeats += refused.length;
  if (refused[0] !== undefined) tally.lastProblem = `a heartbeat was refused: ${refused[0].detail ?? "no reason told"}`;
}

function keep(reporter: Reporter, waiting: readonly Report[]): void {
  reporter.waiting = waiting.slice(-KEPT_AT_MOST);
}

function fieldsOf({ name, location }: Device, { batteryLevel, signalStrength }: Report) {
  return { name, location, battery_level: batteryLevel, signal_strength: signalStrength };
}
