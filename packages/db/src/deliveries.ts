import { randomUUID } from "node:crypto";
import { ALONE_AT_MOST, judgeCrowd } from "@pulsecheck/shared/alert-digest";
import { judgeDown, judgeUp, retryAt } from "@pulsecheck/shared/alert-policy";
import { READERS } from "@pulsecheck/shared/role";
import type pg from "pg";
import { LOCKS } from "./advisory-locks.ts";
import { inTransaction, type Db } from "./client.ts";
import { watchCrowds, type Crowd } from "./crowd.ts";
import { claimOf, incidentOf, LEASE_S, SELECT_DUE, type ClaimedDelivery, type DueDelivery } from "./due-deliveries.ts";

export type { ClaimedDelivery, ClaimedIncident } from "./due-deliveries.ts";

/** So many deliveries are looked at in a round: those of one digest are to be seen together. */
const DUE_AT_MOST = 2_000;
const WAIT_MS = 1_000;
/** An alert that waits for maintenance to end is looked at again after so long: it may end early. */
const MAINTENANCE_LOOK_MS = 5_000;
/** A message may be handed over twice where its answer is lost: two copies are the most that anyone gets of it. */
const LOST_ANSWERS_AT_MOST = 2;

// A sender that died had asked for an answer, as far as anybody knows.
const TAKE = `
  UPDATE deliveries d SET state = 'SENDING', attempts = attempts + 1, lease_until = now() + interval '${LEASE_S} seconds',
    lost_answers = lost_answers + CASE WHEN state = 'SENDING' THEN 1 ELSE 0 END, is_gathered = false, digest_id = taken.digest_id
  FROM unnest($1::uuid[], $2::uuid[]) AS taken (id, digest_id) WHERE d.id = taken.id`;

const LEAVE = `
  UPDATE deliveries SET state = 'UNCONFIRMED', sent_at = lease_until - interval '${LEASE_S} seconds', lease_until = NULL,
    lost_answers = lost_answers + 1, last_error = 'The answer was lost: its sender stopped'
  WHERE id = $1`;

// What waits while the rest of its digest goes out is another message then: receivers drop an id that they know.
const HOLD = `
  UPDATE deliveries SET due_at = $2, is_debounced = is_debounced OR $3, is_gathered = $4, digest_id = NULL WHERE id = $1`;

type Verdict =
  | { do: "send" }
  | { do: "wait"; until: Date; isDebounced: boolean }
  | { do: "suppress" }
  /** It may have been sent twice already. */
  | { do: "leave" };

/**
 * Claims the messages that may go out now, by the rules of alert-policy and alert-digest; holds back or drops the others.
 * @param debounceMs the window of workspaces that have none of their own
 * @param aloneAtMost so many alerts a recipient gets by themselves in a minute
 */
export async function claimDeliveries(
  db: Db,
  now: Date,
  debounceMs: number,
  limit: number,
  aloneAtMost: number = ALONE_AT_MOST,
): Promise<ClaimedDelivery[]> {
  return inTransaction(db.pool, async (client) => {
    // One after the other, in the whole fleet, so that two cannot both be "the first in the window". Alerts are few.
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.deliveries]);
    const { rows } = await client.query<DueDelivery>(SELECT_DUE, [DUE_AT_MOST, debounceMs, READERS]);
    const crowdOf = watchCrowds(client, now);
    const going = new Set<string>();
    const messages = new Map<string, DueDelivery[]>();
    for (const row of rows) {
      const lane = `${row.lane} ${row.recipient}`;
      const isLaneBusy = row.is_other_down_sending || going.has(lane);
      const verdict = judge(row, isLaneBusy, now, debounceMs);
      if (verdict.do !== "send") {
        await keepBack(client, row, verdict);
        continue;
      }
      const key = await placeOf(client, row, await crowdOf(row), { now, aloneAtMost, isFull: messages.size >= limit });
      if (key === null || (messages.size >= limit && !messages.has(key))) continue;
      messages.set(key, [...(messages.get(key) ?? []), row]);
      if (row.kind === "DOWN") going.add(lane);
    }
    return take(client, [...messages.values()]);
  });
}

async function keepBack(client: pg.PoolClient, { id }: DueDelivery, verdict: Exclude<Verdict, { do: "send" }>) {
  if (verdict.do === "leave") await client.query(LEAVE, [id]);
  else if (verdict.do === "suppress")
    await client.query("UPDATE deliveries SET state = 'SUPPRESSED', lease_until = NULL WHERE id = $1", [id]);
  else await client.query(HOLD, [id, verdict.until, verdict.isDebounced, false]);
}

/** Which message a delivery goes out in; null: in none yet. What was in one message before is in one again. */
async function placeOf(
  client: pg.PoolClient,
  row: DueDelivery,
  crowd: Crowd,
  { now, aloneAtMost, isFull }: { now: Date; aloneAtMost: number; isFull: boolean },
): Promise<string | null> {
  if (row.digest_id !== null) return row.digest_id;
  // An account mail is waited for; and what may have been sent by itself is repeated by itself.
  if (row.incident_id === null || row.state === "SENDING" || row.lost_answers > 0) return row.id;
  const verdict = judgeCrowd({ now, aloneAtMost, ...crowd });
  if (verdict.do === "digest") return crowd.key;
  if (verdict.do === "alone") {
    if (!isFull) crowd.sentAlone += 1;
    return row.id;
  }
  crowd.gatheringUntil = verdict.until;
  await client.query(HOLD, [row.id, verdict.until, false, true]);
  return null;
}

async function take(client: pg.PoolClient, messages: readonly DueDelivery[][]): Promise<ClaimedDelivery[]> {
  const taken = messages.flatMap((rows) => {
    const [first] = rows;
    return first === undefined
      ? []
      : [{ first, rows, digestId: first.digest_id ?? (rows.length > 1 ? randomUUID() : null) }];
  });
  const pairs = taken.flatMap(({ rows, digestId }) => rows.map(({ id }) => ({ id, digestId })));
  await client.query(TAKE, [pairs.map(({ id }) => id), pairs.map(({ digestId }) => digestId)]);
  return taken.map(({ first, rows, digestId }) => ({
    ...claimOf(first),
    messageId: digestId ?? first.id,
    others: rows.slice(1).flatMap((row) => {
      const incident = incidentOf(row);
      return incident === null ? [] : [{ id: row.id, attempts: row.attempts + 1, incident }];
    }),
  }));
}

function judge(row: DueDelivery, isLaneBusy: boolean, now: Date, debounceMs: number): Verdict {
  const soon: Verdict = { do: "wait", until: new Date(now.getTime() + WAIT_MS), isDebounced: false };
  const isSenderDead = row.state === "SENDING";
  if (isSenderDead && row.lost_answers + 1 >= LOST_ANSWERS_AT_MOST) return { do: "leave" };
  // Whoever was taken off the list hears nothing more, not even of what is under way.
  if (row.is_address_gone || row.is_member_gone || row.is_channel_off)
    return { do: isSenderDead ? "leave" : "suppress" };
  if (row.incident_id === null) return { do: row.is_token_good || row.month !== null ? "send" : "suppress" };
  // It may have gone out, in a digest that is repeated whole or by a sender that died: once more, whatever happened since.
  if (isSenderDead || (row.digest_id !== null && row.lost_answers > 0)) return { do: "send" };
  if (row.maintenance_until !== null) return waitForEnd(row, row.maintenance_until, now);
  if (row.kind === "UP") {
    const verdict = judgeUp(row.down_state);
    return verdict === "wait" ? soon : { do: verdict };
  }
  if (isLaneBusy) return soon;
  const facts = {
    now,
    lastDownSentAt: row.last_down_sent_at,
    debounceMs: row.debounce_minutes === null ? debounceMs : row.debounce_minutes * 60_000,
    isIncidentOpen: row.ended_at === null,
    wasDebounced: row.is_debounced,
  };
  const verdict = judgeDown(facts);
  return verdict.do === "wait" ? { ...verdict, isDebounced: true } : verdict;
}

/** What is worked on alerts nobody. An outage that is over by then and that nobody can have heard of is not told. */
function waitForEnd({ lost_answers }: DueDelivery, end: Date, now: Date): Verdict {
  const until = new Date(Math.min(end.getTime(), now.getTime() + MAINTENANCE_LOOK_MS));
  return { do: "wait", until, isDebounced: lost_answers === 0 };
}

export type DeliveryOutcome =
  | { state: "SENT"; messageId: string | null }
  | { state: "REJECTED"; error: string }
  /** Not taken this time: tried again later, ever more patiently. `isAnswerLost`: it may have been taken all the same. */
  | { state: "PENDING"; error: string; isAnswerLost: boolean; retryAfterMs?: number | null };

// A message whose answer was lost is repeated once. Lost again, nobody knows whether it arrived.
const FINISH = `
  WITH outcome AS (
    SELECT d.id, d.lost_answers + $6::int AS lost,
      CASE WHEN $3 = 'PENDING' AND d.lost_answers + $6::int >= ${LOST_ANSWERS_AT_MOST} THEN 'UNCONFIRMED' ELSE $3 END::delivery_state AS state
    FROM deliveries d JOIN unnest($1::uuid[], $2::int[]) AS claimed (id, attempts) ON claimed.id = d.id AND claimed.attempts = d.attempts
    WHERE d.state = 'SENDING' FOR UPDATE OF d
  ), done AS (
    UPDATE deliveries d SET state = o.state, lost_answers = o.lost, lease_until = NULL, last_error = $4, message_id = $5,
      sent_at = CASE WHEN o.state IN ('SENT', 'UNCONFIRMED') THEN $7::timestamptz END, due_at = $8
    FROM outcome o WHERE d.id = o.id RETURNING d.incident_id, d.sent_at, d.state, d.channel_id
  ), noted AS (
    UPDATE alert_channels c SET last_state = done.state, last_error = $4, last_at = $7 FROM done WHERE c.id = done.channel_id
  )
  UPDATE monitor_states s SET last_alert_sent_at = done.sent_at FROM done JOIN incidents i ON i.id = done.incident_id
  WHERE s.monitor_id = i.monitor_id AND done.sent_at IS NOT NULL`;

/** Writes what became of a claimed message. A sender whose lease ended meanwhile changes nothing. */
export async function finishDelivery(
  db: Db,
  delivery: ClaimedDelivery,
  outcome: DeliveryOutcome,
  now: Date,
): Promise<void> {
  const all = [delivery, ...delivery.others];
  await db.pool.query(FINISH, [
    all.map(({ id }) => id),
    all.map(({ attempts }) => attempts),
    outcome.state,
    outcome.state === "SENT" ? null : outcome.error.slice(0, 500),
    outcome.state === "SENT" ? outcome.messageId : null,
    outcome.state === "PENDING" && outcome.isAnswerLost ? 1 : 0,
    now,
    retryAt(delivery.attempts, now, (outcome.state === "PENDING" && outcome.retryAfterMs) || 0),
  ]);
}
