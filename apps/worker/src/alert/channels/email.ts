import type { Config } from "@pulsecheck/shared/config";
import { Errors, ServerClient } from "postmark";
import type { Channel } from "./channel.ts";

const TIMEOUT_S = 15;
/** Postmark's answers that will be the same next time: the address is inactive, or no address at all. */
const REJECTIONS = new Set([406, 300]);

/** E-mail through Postmark's own client. */
export function createEmailChannel(mail: Config["mail"], token: string): Channel {
  const { protocol, host } = new URL(mail.apiUrl);
  const client = new ServerClient(token, { useHttps: protocol === "https:", requestHost: host, timeout: TIMEOUT_S });
  return {
    async send({ recipient, subject, html, text }) {
      try {
        const answer = await client.sendEmail({
          From: mail.from,
          To: recipient,
          Subject: subject,
          HtmlBody: html,
          TextBody: text,
          MessageStream: "outbound",
        });
        return { state: "SENT", messageId: answer.MessageID };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const isRejected = error instanceof Errors.PostmarkError && REJECTIONS.has(error.code);
        return { state: isRejected ? "REJECTED" : "PENDING", error: message };
      }
    },
  };
}
