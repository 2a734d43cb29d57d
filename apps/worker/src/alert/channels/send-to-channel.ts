import { openConfig } from "@pulsecheck/db/channels";
import type { ClaimedDelivery, DeliveryOutcome } from "@pulsecheck/db/deliveries";
import { isGivenUp } from "@pulsecheck/shared/alert-policy";
import type { Deps } from "../../context.ts";
import { writeNotice } from "./notices.ts";
import { postNotice } from "./post-notice.ts";

/** Sends an alert to its channel. Answers with what became of it; never rejects. */
export async function sendToChannel(
  { config, box, log }: Deps,
  delivery: ClaimedDelivery,
  { id, kind, config: sealed }: NonNullable<ClaimedDelivery["channel"]>,
): Promise<DeliveryOutcome> {
  try {
    const notice = writeNotice(delivery, { publicUrl: config.publicUrl, now: new Date() });
    const outcome = await postNotice(kind, openConfig(box, sealed), notice, config.allowedPrivateTargets);
    if (outcome.state !== "PENDING" || !isGivenUp(delivery.attempts)) return outcome;
    return { state: "REJECTED", error: `Given up after days of trying. ${outcome.error}` };
  } catch (error) {
    // A bug, or a config that was sealed under another SECRET_KEY.
    log.error({ err: error, channel: id, delivery: delivery.id }, "an alert could not be written for its channel");
    return { state: "REJECTED", error: "PulseCheck could not write the message; its log has more" };
  }
}
