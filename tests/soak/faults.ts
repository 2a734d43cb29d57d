import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { takeAllConnections } from "../fire/greedy.ts";
import type { Town } from "../fire/town.ts";
import { answerJson, type Behaviour } from "../harness/mail-service.ts";
import type { OurApi, OurProcess } from "../harness/processes.ts";
import type { Random } from "../../scripts/simulate/random.ts";

/** What a fault may touch: always two workers and two API processes. */
export type Stage = { town: Town; workers: OurProcess[]; apis: OurApi[]; random: Random };

/**
 * What the judges have to know of it. `total`: nobody could check or tell meanwhile. `forgetful`: results on
 * their way may be measured anew. `mute`: answers of the mail service may be lost.
 */
export type Fault = {
  name: string;
  total?: true;
  forgetful?: true;
  mute?: true;
  /** Resolves when it is over. */
  run(stage: Stage): Promise<void>;
};

async function replaceWorker({ town, workers, random }: Stage, signal: NodeJS.Signals): Promise<void> {
  const worker = random.pick(workers);
  worker.signal(signal);
  await worker.exited;
  await delay(random.between(0, 10_000));
  workers.splice(workers.indexOf(worker), 1, await town.fleet.startWorker());
}

async function replaceApi({ town, apis, random }: Stage, signal: NodeJS.Signals): Promise<void> {
  const api = random.pick(apis);
  api.signal(signal);
  await api.exited;
  await delay(random.between(0, 5_000));
  apis.splice(apis.indexOf(api), 1, await town.fleet.startApi());
}

async function misbehave({ town, random }: Stage, how: Behaviour): Promise<void> {
  town.mails.behave(how);
  await delay(random.between(10_000, 30_000));
  town.mails.acceptAll();
}

const refuse =
  (status: number): Behaviour =>
  (_mail, response) =>
    answerJson(response, status, { ErrorCode: status, Message: "not now" });

const COMMON: readonly Fault[] = [
  { name: "a worker is killed", forgetful: true, mute: true, run: (stage) => replaceWorker(stage, "SIGKILL") },
  { name: "a worker is stopped", mute: true, run: (stage) => replaceWorker(stage, "SIGTERM") },
  {
    name: "a worker is frozen",
    forgetful: true,
    mute: true,
    async run({ workers, random }) {
      const worker = random.pick(workers);
      worker.signal("SIGSTOP");
      await delay(random.between(3_000, 25_000));
      worker.signal("SIGCONT");
    },
  },
  { name: "an API process is killed", run: (stage) => replaceApi(stage, "SIGKILL") },
  { name: "an API process is stopped", run: (stage) => replaceApi(stage, "SIGTERM") },
  {
    name: "Postgres is restarted",
    total: true,
    forgetful: true,
    run: ({ town }) => town.fleet.postgres.restart(),
  },
  {
    name: "Postgres is gone",
    total: true,
    forgetful: true,
    async run({ town, random }) {
      await town.fleet.postgres.stop();
      await delay(random.between(3_000, 20_000));
      await town.fleet.postgres.restart();
    },
  },
  {
    name: "Postgres is out of connections",
    total: true,
    forgetful: true,
    async run({ town, random }) {
      const release = await takeAllConnections(town.fleet.postgres.databaseUrl);
      await delay(random.between(3_000, 20_000));
      await release();
    },
  },
  { name: "the mail service answers 500", run: (stage) => misbehave(stage, refuse(500)) },
  { name: "the mail service answers 429", run: (stage) => misbehave(stage, refuse(429)) },
  {
    name: "the mail service is slow",
    run: (stage) =>
      misbehave(stage, (_mail, _response, accept, take) => {
        take();
        setTimeout(accept, 8_000);
      }),
  },
  {
    name: "the mail service takes mails and is silent",
    mute: true,
    run: (stage) => misbehave(stage, (_mail, _response, _accept, take) => take()),
  },
  {
    name: "the mail service takes mails and hangs up",
    mute: true,
    run: (stage) =>
      misbehave(stage, (_mail, response, _accept, take) => {
        take();
        response.destroy();
      }),
  },
];

const ON_REDIS: readonly Fault[] = [
  {
    name: "Redis is flushed",
    async run({ town }) {
      const redis = new Redis(town.fleet.redis?.url ?? "");
      await redis.flushall();
      redis.disconnect();
    },
  },
  {
    name: "Redis is gone",
    async run({ town, random }) {
      await town.fleet.redis?.kill("SIGKILL");
      await delay(random.between(0, 20_000));
      await town.fleet.redis?.restart();
    },
  },
  {
    name: "Redis is frozen",
    async run({ town, random }) {
      await town.fleet.redis?.kill("SIGSTOP");
      await delay(random.between(3_000, 15_000));
      await town.fleet.redis?.kill("SIGCONT");
    },
  },
];

export const faultsOf = (broker: "postgres" | "redis"): readonly Fault[] =>
  broker === "redis" ? [...COMMON, ...ON_REDIS] : COMMON;
