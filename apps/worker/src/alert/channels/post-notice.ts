import type { DeliveryOutcome } from "@pulsecheck/db/deliveries";
import type { Notice } from "@pulsecheck/shared/alert-notice";
import { judgeAnswer } from "@pulsecheck/shared/channels/answer";
import { hideSecrets, type ChannelConfig } from "@pulsecheck/shared/channels/channel";
import { channelOf } from "@pulsecheck/shared/channels/registry";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { askOnce } from "../../outgoing/ask-once.ts";

const TIMEOUT_MS = 10_000;
const HEADERS = { "content-type": "application/json", accept: "*/*", "user-agent": "PulseCheck/0.1 (alerts)" };

/** Posts a notice to the service of a channel. What became of it names none of the config's secrets. */
export async function postNotice(
  kind: string,
  config: ChannelConfig,
  notice: Notice,
  allowed: readonly Cidr[],
): Promise<DeliveryOutcome> {
  const channel = channelOf(kind);
  const { url, headers, body } = await channel.write(config, notice);
  const request = { url: new URL(url), method: "POST", headers: { ...HEADERS, ...headers }, body };
  const asked = await askOnce(request, allowed, TIMEOUT_MS);
  if (!asked.ok) {
    const { failure, mayHaveArrived } = asked;
    const error = hideSecrets(channel, config, failure.message);
    // No setting of the channel's changes what this instance allows.
    if (failure.reason === "blocked") return { state: "REJECTED", error };
    return { state: "PENDING", error, isAnswerLost: mayHaveArrived };
  }
  const { status, headers: answered } = asked.head;
  const retryAfter = answered["retry-after"];
  const answer = {
    status,
    retryAfter: typeof retryAfter === "string" ? retryAfter : null,
    text: hideSecrets(channel, config, asked.body.toString("utf8")),
  };
  const verdict = judgeAnswer(answer, new Date(), channel.readRetryAfterS);
  if (verdict.state === "SENT") return { state: "SENT", messageId: null };
  return verdict.state === "REJECTED" ? verdict : { ...verdict, isAnswerLost: false };
}
