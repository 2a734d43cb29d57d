import type { Config } from "@pulsecheck/shared/config";
import { Errors, ServerClient } from "postmark";
import type { MailService } from "./mail-service.ts";

const TIMEOUT_S = 15;
/** Postmark's answers that will be the same next time: the address is inactive, or no address at all. */
const REJECTIONS = new Set([406, 300]);
/** Errors that come before a request is on its way. */
const UNSENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const LOST = "The answer of the mail service was lost";

/** E-mail through Postmark's own client. */
export function openPostmark(mail: Config["mail"], token: string): MailService {
  const { protocol, host } = new URL(mail.apiUrl);
  const client = new ServerClient(token, {
    useHttps: protocol === "https:",
    requestHost: host,
    timeout: TIMEOUT_S,
    fetch: fetchOrTell,
  });
  return {
    async send({ recipient, subject, html, text, attachments }) {
      try {
        const answer = await client.sendEmail({
          From: mail.from,
          To: recipient,
          Subject: subject,
          HtmlBody: html,
          TextBody: text,
          MessageStream: "outbound",
          Attachments: attachments.map(({ name, type, text: content }) => ({
            Name: name,
            Content: Buffer.from(content).toString("base64"),
            ContentType: type,
            ContentID: null,
          })),
        });
        return { state: "SENT", messageId: answer.MessageID ?? null };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const isRejected = error instanceof Errors.PostmarkError && REJECTIONS.has(error.code);
        return isRejected
          ? { state: "REJECTED", error: message }
          : { state: "PENDING", error: message, isAnswerLost: message.startsWith(LOST) };
      }
    },
  };
}

/** Postmark's client keeps only an error's message: so the message says whether the mail may have been taken. */
async function fetchOrTell(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(input, init);
    // The status is the answer, whether or not the rest of it arrives.
    const body = await response.text().catch(() => "");
    return new Response(body === "" ? null : body, { status: response.status });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    // A connection that cannot be made fails earlier than this: it had the mail, or a part of it.
    if (error instanceof Error && error.name === "TimeoutError")
      throw new Error(`${LOST}: none came within ${TIMEOUT_S} s`, { cause: error });
    if (UNSENT.has(code)) throw new Error(`The mail service could not be reached (${code})`, { cause: error });
    throw new Error(`${LOST}: the connection was cut (${code})`, { cause: error });
  }
}
