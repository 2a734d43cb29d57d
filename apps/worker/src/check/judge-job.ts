import type { FinishedCheck } from "@pulsecheck/db/commit-checks";
import type { ClaimedCheck, ClaimedJob } from "@pulsecheck/db/due-checks";
import { finishRun } from "@pulsecheck/db/finish-check";
import { judgeSilence } from "@pulsecheck/shared/cron-job";
import { forgiveMaintenance } from "@pulsecheck/shared/cron-maintenance";
import { timingOf } from "@pulsecheck/shared/cron-schedule";

/**
 * The "probe" of a cron job, without any I/O: is a ping late, or has a run taken too long? Null where its deadline
 * was put off meanwhile, as after a time in which nobody could have heard it.
 */
export function judgeJob(
  claim: ClaimedCheck,
  { settings, state, listeningSince }: ClaimedJob,
  now: Date,
): { missed: FinishedCheck | null; deadline: Date | null } {
  // The runner starts what is due at the same moment together, a little before its time as well.
  const at = now > claim.scheduledAt ? now : claim.scheduledAt;
  const timing = timingOf(settings);
  const forgiven = forgiveMaintenance(state, timing, listeningSince, claim.maintenance, at);
  const decision = judgeSilence(forgiven.state, timing, forgiven.listeningSince, at);
  const missed = decision.result && finishRun(claim, decision.result, decision);
  return { missed, deadline: decision.deadline };
}
