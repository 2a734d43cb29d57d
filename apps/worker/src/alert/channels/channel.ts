import type { DeliveryOutcome } from "@pulsecheck/db/deliveries";

/** What a person is told: every channel makes of it what it can show. */
export type Message = { recipient: string; subject: string; html: string; text: string };

/** A way to reach people: one file here and one line in the registry (alert/channels/registry.ts). */
export type Channel = {
  /** Sends one message. Answers with what became of it; never rejects. */
  send(message: Message): Promise<DeliveryOutcome>;
};
