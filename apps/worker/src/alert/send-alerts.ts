import { setTimeout as delay } from "node:timers/promises";
import { claimDeliveries, finishDelivery, type ClaimedDelivery } from "@pulsecheck/db/deliveries";
import { readIncidentUpdates } from "@pulsecheck/db/incidents";
import { writeMailedToken } from "@pulsecheck/db/mailed-token";
import { fanOut, listUnpublished, markPublished } from "@pulsecheck/db/outbox";
import type { Deps } from "../context.ts";
import type { Channel } from "./channels/channel.ts";
import { writeMessage } from "./messages.ts";

const SEND_AT_ONCE = 50;
const WRITE_AGAIN_MS = 500;
/** A transition not told after this time was committed by a process that did not live to tell it. */
const UNTOLD_MS = 3_000;

/**
 * Turns the outbox into messages: transitions into deliveries, due deliveries into mails. Any number of workers
 * may do this at once, and a repeated job does nothing twice.
 */
export async function sendAlerts(deps: Deps, channels: Readonly<Record<string, Channel>>): Promise<void> {
  const { config, db } = deps;
  await retellTransitions(deps);
  await fanOut(db, config.isEmbedded);
  for (;;) {
    const claimed = await claimDeliveries(db, new Date(), config.mail.debounceMs, SEND_AT_ONCE);
    await Promise.all(claimed.map((delivery) => send(deps, channels, delivery)));
    await tellIncidents(deps, claimed);
    if (claimed.length < SEND_AT_ONCE) return;
  }
}

async function send(deps: Deps, channels: Readonly<Record<string, Channel>>, delivery: ClaimedDelivery): Promise<void> {
  const { config, db, log, counters } = deps;
  const channel = channels["email"];
  if (channel === undefined) throw new Error("there is no channel email");
  const message = writeMessage(delivery, {
    publicUrl: config.publicUrl,
    writeToken: (kind, id) => writeMailedToken(config.secretKey, kind, id),
    now: new Date(),
  });
  const outcome = await channel.send(message);
  await untilWritten(deps, () => finishDelivery(db, delivery, outcome, new Date()));
  counters.add("deliveries_total", { kind: delivery.kind.toLowerCase(), outcome: outcome.state.toLowerCase() });
  if (outcome.state !== "SENT") {
    log.warn(
      { delivery: delivery.id, attempts: delivery.attempts, error: outcome.error, outcome: outcome.state },
      "a mail was not sent",
    );
  }
}

/** Whoever looks at an incident sees what was sent to whom. What cannot be told is read with the next look at it. */
async function tellIncidents({ db, broker, log }: Deps, finished: readonly ClaimedDelivery[]): Promise<void> {
  const ids = new Set(finished.flatMap(({ incident }) => incident?.id ?? []));
  if (ids.size === 0) return;
  try {
    await broker.bus.publish(await readIncidentUpdates(db, [...ids], new Date()));
  } catch (error) {
    log.warn({ err: error, incidents: ids.size }, "what became of alerts could not be told");
  }
}

async function retellTransitions({ db, broker, log }: Deps): Promise<void> {
  const { ids, events } = await listUnpublished(db, UNTOLD_MS);
  if (ids.length === 0) return;
  try {
    await broker.bus.publish(events);
    await markPublished(db, { ids });
  } catch (error) {
    log.warn({ err: error, transitions: ids.length }, "transitions could not be told; trying again");
  }
}

/** A mail that went out must be known to have gone out: while the database is away, this waits for it. */
async function untilWritten({ log }: Deps, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      log.error({ err: error }, "what became of a mail could not be written; trying again");
      await delay(WRITE_AGAIN_MS);
    }
  }
}
