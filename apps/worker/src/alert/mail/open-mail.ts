import type { Deps } from "../../context.ts";
import { keepMails } from "./kept-mail.ts";
import type { MailService } from "./mail-service.ts";
import { openPostmark } from "./postmark.ts";

/** The mail service of this instance. */
export function openMail({ config, db }: Pick<Deps, "config" | "db">): MailService {
  const { token, isDevMode } = config.mail;
  return isDevMode || token === null ? keepMails(db) : openPostmark(config.mail, token);
}
