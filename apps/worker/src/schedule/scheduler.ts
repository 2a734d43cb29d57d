import type { FinishedCheck } from "@pulsecheck/db/commit-checks";
import { claimDue, handBack, putOff, type ClaimedCheck, type ClaimedJob } from "@pulsecheck/db/due-checks";
import { finishCheck, viewFinished } from "@pulsecheck/db/finish-check";
import type { CheckView } from "@pulsecheck/shared/check";
import { HORIZON_MS } from "@pulsecheck/shared/schedule";
import { judgeJob } from "../check/judge-job.ts";
import type { OwnNetwork } from "../check/own-network.ts";
import { runCheck } from "../check/run-check.ts";
import type { Deps } from "../context.ts";
import type { Committer } from "./committer.ts";
import type { DatabaseClock } from "./database-clock.ts";
import { createRunner, type Runner } from "./runner.ts";

const CLAIM_AT_MOST = 1_000;

/** The flow of scheduled checks: claim, run, decide, commit. */
export type Scheduler = {
  /** Claims what is due in a shard and hands it to the runner. Never waits for a check. */
  tick(shard: number): Promise<void>;
  /** Runs one claim to its end, by hand. Null where the claim was lost meanwhile. */
  checkNow(claim: ClaimedCheck): Promise<CheckView | null>;
  runner: Runner;
  readonly workerId: string;
  drain(timeoutMs: number): Promise<void>;
};

type Parts = {
  /** Whose claims these are, in the database's eyes. */
  workerId: string;
  committer: Committer;
  network: OwnNetwork;
  clock: DatabaseClock;
};

export function createScheduler(deps: Deps, { workerId, committer, network, clock }: Parts): Scheduler {
  const { config, db, box, log } = deps;
  const runner = createRunner(config.checkConcurrency, check, giveBackAll);

  async function finish(claim: ClaimedCheck): Promise<FinishedCheck> {
    const found = await runCheck(claim, box, config.allowedPrivateTargets, clock.now());
    return finishCheck(claim, await network.judge(claim, found), clock.now());
  }

  async function check(claim: ClaimedCheck): Promise<void> {
    try {
      if (claim.cron !== null) return await look(claim, claim.cron);
      const finished = await finish(claim);
      // Not awaited: a slot is for a target, not for the database.
      if (runner.holds(claim)) void committer.commit(finished);
    } catch (error) {
      // The lease stays: the check comes again when it ends.
      log.error({ err: error, monitor: claim.publicId }, "a check could not be run");
    }
  }

  /** Looks whether a cron job is late. That asks nobody, so there is nothing that could hang or fail by itself. */
  async function look(claim: ClaimedCheck, job: ClaimedJob): Promise<void> {
    const { missed, deadline } = judgeJob(claim, job, clock.now());
    if (missed === null) await putOff(db.pool, claim, deadline);
    else if (runner.holds(claim)) void committer.commit(missed);
  }

  function giveBackAll(claims: readonly ClaimedCheck[]): void {
    log.warn({ claims: claims.length }, "this worker was stopped for a while; what it was checking is checked anew");
    handBack(db, claims).catch((error: unknown) =>
      log.error({ err: error }, "checks could not be given back; their leases will bring them back"),
    );
  }

  async function tick(shard: number): Promise<void> {
    for (;;) {
      const limit = Math.min(CLAIM_AT_MOST, runner.room());
      if (limit === 0) return;
      const claims = await claimDue(db, workerId, shard, HORIZON_MS, limit);
      runner.add(claims, clock.now());
      if (claims.length < limit) return;
    }
  }

  return {
    tick,
    runner,
    workerId,
    async checkNow(claim) {
      const finished = await finish(claim);
      return (await committer.commit(finished)) ? viewFinished(finished) : null;
    },
    async drain(timeoutMs) {
      const unfinished = await runner.drain(timeoutMs);
      await committer.flush(2_000);
      await handBack(db, unfinished);
    },
  };
}
