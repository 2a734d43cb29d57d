import type { DeliveryOutcome } from "@pulsecheck/db/deliveries";

/** A file that goes with a mail. */
export type Attachment = { name: string; type: string; text: string };
export type Mail = { recipient: string; subject: string; html: string; text: string; attachments: Attachment[] };

/** What takes our mails. */
export type MailService = {
  /** Sends one mail. Answers with what became of it; never rejects. */
  send(mail: Mail): Promise<DeliveryOutcome>;
};
