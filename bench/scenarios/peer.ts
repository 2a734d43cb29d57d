import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../../scripts/servers/free-port.ts";
import { BROKERS } from "../bench-fleet.ts";
import { startChild } from "../children.ts";
import { cpuMsOf } from "../cpu.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage, type Stage } from "../stage.ts";
import { median, showRange } from "../statistics.ts";
import { openHttpsTarget, openHttpTarget, type Target } from "../targets.ts";

const PEER = "prometheus-blackbox-exporter";
const MODULES = [
  { name: "http", rate: 1_000, openTarget: openHttpTarget },
  { name: "https", rate: 200, openTarget: openHttpsTarget },
] as const;

/** CPU per probe of Debian's blackbox_exporter on the same targets. It stores and publishes nothing. */
export async function measurePeer(bench: Bench): Promise<Row[]> {
  if (spawnSync(PEER, ["--version"]).error !== undefined) {
    bench.say(`${PEER} is absent (apt-get install ${PEER})`);
    const absent = { figure: `CPU per probe of ${PEER}`, mode: "-", value: "absent", yardstick: "", goal: "" } as const;
    return [{ ...absent, isReached: null }];
  }
  const rows: Row[] = [];
  for (const { name, rate, openTarget } of MODULES) {
    const probed = await withStage(async (stage) => probeRounds(stage, bench, await openTarget(stage), name, rate));
    for (const broker of BROKERS) {
      const ours = bench.figures.get(`${name} ${broker}`);
      const peer = median(probed.map(({ cpuMs }) => cpuMs));
      rows.push({
        figure: `CPU per check beside blackbox_exporter, ${name}, ${rate}/s`,
        mode: broker,
        value: ours === undefined ? `not measured: name the scenario ${name} as well` : `${ours.toFixed(3)} ms`,
        yardstick: `${showRange(
          probed.map(({ cpuMs }) => cpuMs),
          3,
        )} ms a probe, ${median(probed.map(({ perSecond }) => perSecond)).toFixed(0)}/s reached`,
        goal: "below it",
        isReached: ours === undefined ? null : ours < peer,
      });
    }
  }
  return rows;
}

type Probed = { cpuMs: number; perSecond: number };

async function probeRounds(stage: Stage, bench: Bench, target: Target, name: string, rate: number): Promise<Probed[]> {
  const { pid, url } = await startPeer(stage, target.authorityFile);
  const args = [url, "bench", target.url, String(rate)];
  const driver = await startChild(stage, "peer-driver-process.ts", { args });
  await delay(PLAN.warmMs);
  const rounds: Probed[] = [];
  for (let round = 0; round < PLAN.rounds; round++) {
    const read = async () => ({
      cpu: await cpuMsOf([pid]),
      at: performance.now(),
      ...(await driver.ask<{ made: number; failed: number }>("count")),
    });
    const before = await read();
    await delay(PLAN.windowMs);
    const after = await read();
    if (after.failed > before.failed) throw new Error(`${after.failed - before.failed} probes of the peer failed`);
    const made = after.made - before.made;
    rounds.push({ cpuMs: (after.cpu - before.cpu) / made, perSecond: made / ((after.at - before.at) / 1_000) });
    bench.say(
      `${PEER}, ${name}: ${rounds.at(-1)?.cpuMs.toFixed(3)} ms a probe at ${rounds.at(-1)?.perSecond.toFixed(0)}/s`,
    );
  }
  return rounds;
}

async function startPeer(stage: Stage, authorityFile: string | null): Promise<{ pid: number; url: string }> {
  const folder = await stage.use(
    () => mkdtemp(join(tmpdir(), "pulsecheck-peer-")),
    (path) => rm(path, { recursive: true }),
  );
  const config = join(folder, "blackbox.json");
  const tls = authorityFile === null ? {} : { fail_if_not_ssl: true, tls_config: { ca_file: authorityFile } };
  // YAML, which JSON is a part of.
  await writeFile(config, JSON.stringify({ modules: { bench: { prober: "http", timeout: "10s", http: tls } } }));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"];
  const child = await stage.use(
    () => spawn(PEER, args, { stdio: "ignore", detached: true }),
    async (peer) => {
      peer.kill("SIGKILL");
      await once(peer, "exit");
    },
  );
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${url}/-/healthy`)
        .then((answer) => answer.ok)
        .catch(() => false)
    )
      break;
    await delay(50);
  }
  return { pid: child.pid ?? 0, url };
}
