import type { DeliveryOutcome } from "@pulsecheck/db/deliveries";

export type Mail = { recipient: string; subject: string; html: string; text: string };

/** What takes our mails. */
export type MailService = {
  /** Sends one mail. Answers with what became of it; never rejects. */
  send(mail: Mail): Promise<DeliveryOutcome>;
};
