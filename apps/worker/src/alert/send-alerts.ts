import { setTimeout as delay } from "node:timers/promises";
import { claimDeliveries, finishDelivery, type ClaimedDelivery, type DeliveryOutcome } from "@pulsecheck/db/deliveries";
import { readMonthlyReport } from "@pulsecheck/db/monthly-reports";
import { readIncidentUpdates } from "@pulsecheck/db/incidents";
import { writeMailedToken } from "@pulsecheck/db/mailed-token";
import { fanOut, listUnpublished, markPublished } from "@pulsecheck/db/outbox";
import type { Deps } from "../context.ts";
import { sendToChannel } from "./channels/send-to-channel.ts";
import type { MailService } from "./mail/mail-service.ts";
import { writeMessage } from "./messages.ts";

const SEND_AT_ONCE = 50;
/** So long a round is waited for. */
const ROUND_MS = 2_000;
/** Of all rounds of this process together. */
const UNDER_WAY_AT_MOST = 500;
const WRITE_AGAIN_MS = 500;
/** A transition not told after this time was committed by a process that did not live to tell it. */
const UNTOLD_MS = 3_000;

/** Turns the outbox into messages: transitions into deliveries, due deliveries into mails and posts to channels. */
export type AlertSender = {
  /** Sends what is due. Any number of workers may do this at once, and a repeated job does nothing twice. */
  run(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
};

export function createAlertSender(deps: Deps, mail: MailService): AlertSender {
  const { config, db } = deps;
  const { debounceMs, aloneAtMost } = config.mail;
  /** Rounds that are not done, and how many messages each has. */
  const underWay = new Map<Promise<void>, number>();
  const countRoom = () => UNDER_WAY_AT_MOST - [...underWay.values()].reduce((sum, count) => sum + count, 0);

  return {
    async run() {
      await retellTransitions(deps);
      await fanOut(db, config.isEmbedded);
      for (;;) {
        const limit = Math.min(SEND_AT_ONCE, countRoom());
        if (limit <= 0) return;
        const claimed = await claimDeliveries(db, new Date(), debounceMs, limit, aloneAtMost);
        if (claimed.length > 0) {
          const round = sendAll(deps, mail, claimed).finally(() => underWay.delete(round));
          underWay.set(round, claimed.length);
          // What somebody's receiver is slow to take goes on beside the next rounds, and holds up nobody else's alerts.
          await Promise.race([round, delay(ROUND_MS, undefined, { ref: false })]);
        }
        if (claimed.length < limit) return;
      }
    },
    async close() {
      await Promise.all(underWay.keys());
    },
  };
}

async function sendAll(deps: Deps, mail: MailService, claimed: readonly ClaimedDelivery[]): Promise<void> {
  await Promise.all(claimed.map((delivery) => send(deps, mail, delivery)));
  await tellIncidents(deps, claimed);
}

async function send(deps: Deps, mail: MailService, delivery: ClaimedDelivery): Promise<void> {
  const { db, log, counters } = deps;
  const outcome = await (delivery.channel === null
    ? sendMail(deps, mail, delivery)
    : sendToChannel(deps, delivery, delivery.channel));
  await untilWritten(deps, () => finishDelivery(db, delivery, outcome, new Date()));
  counters.add("deliveries_total", { kind: delivery.kind.toLowerCase(), outcome: outcome.state.toLowerCase() });
  if (outcome.state !== "SENT") {
    log.warn(
      { delivery: delivery.id, attempts: delivery.attempts, error: outcome.error, outcome: outcome.state },
      delivery.channel === null ? "a mail was not sent" : "an alert was not sent to a channel",
    );
  }
}

async function sendMail({ config, db }: Deps, mail: MailService, delivery: ClaimedDelivery): Promise<DeliveryOutcome> {
  const now = new Date();
  const context = {
    publicUrl: config.publicUrl,
    writeToken: (kind: Parameters<typeof writeMailedToken>[1], id: string) =>
      writeMailedToken(config.secretKey, kind, id),
    now,
    report: null,
  };
  if (delivery.report === null) return mail.send(writeMessage(delivery, context));
  try {
    const report = await readMonthlyReport(db, delivery.report, now);
    return await mail.send(writeMessage(delivery, { ...context, report }));
  } catch (error) {
    // Nothing was handed over yet: what was asked of the mail service has an outcome.
    return { state: "PENDING", error: `The report could not be read: ${String(error)}`, isAnswerLost: false };
  }
}

/** Whoever looks at an incident sees what was sent to whom. What cannot be told is read with the next look at it. */
async function tellIncidents({ db, broker, log }: Deps, finished: readonly ClaimedDelivery[]): Promise<void> {
  const ids = new Set(
    finished.flatMap(({ incident, others }) => [incident?.id ?? [], others.map((other) => other.incident.id)].flat()),
  );
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

/** A message that went out must be known to have gone out: while the database is away, this waits for it. */
async function untilWritten({ log }: Deps, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      log.error({ err: error }, "what became of a message could not be written; trying again");
      await delay(WRITE_AGAIN_MS);
    }
  }
}
