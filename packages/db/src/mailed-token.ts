import { createHmac, timingSafeEqual } from "node:crypto";

/** What the link in a mail is good for. */
export type MailedTokenKind = "VERIFY_EMAIL" | "RESET_PASSWORD" | "VERIFY_ALERT_ADDRESS" | "STOP_ALERTS" | "INVITATION";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The token that a mail carries: derived whenever it is needed, so that the database holds nothing to steal. */
export function writeMailedToken(secretKey: string, kind: MailedTokenKind, id: string): string {
  return `${id}.${sign(secretKey, kind, id).toString("base64url")}`;
}

/** The id in a token that we wrote for this purpose; null for any other text. */
export function readMailedToken(secretKey: string, kind: MailedTokenKind, token: string): string | null {
  const [id = "", signature = ""] = token.split(".", 2);
  const given = Buffer.from(signature, "base64url");
  const expected = sign(secretKey, kind, id);
  const isOurs = UUID.test(id) && given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs ? id : null;
}

function sign(secretKey: string, kind: MailedTokenKind, id: string): Buffer {
  return createHmac("sha256", secretKey).update(`user-token:${kind}:${id}`).digest();
}
