import type { Db } from "@pulsecheck/db/client";
import { keepMail } from "@pulsecheck/db/dev-mails";
import type { MailService } from "./mail-service.ts";

/** EMAIL_DEV_MODE: mails are kept, readable under GET /dev/mails but for their attachments, and nobody gets one. */
export function keepMails(db: Db): MailService {
  return {
    async send({ recipient, subject, html, text }) {
      return { state: "SENT", messageId: `kept-${await keepMail(db, { recipient, subject, html, text })}` };
    },
  };
}
