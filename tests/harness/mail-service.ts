import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "./target.ts";

export type SentMail = {
  at: Date;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  token: string;
  attachments: { name: string; type: string; text: string }[];
};

/** `take` journals a mail as accepted without a word; `accept` does so too, if it has not been done, and answers. */
export type Behaviour = (mail: SentMail, response: ServerResponse, accept: () => void, take: () => void) => void;

/** A stand-in for Postmark, over real HTTP. It journals every mail that it accepted. */
export type MailService = {
  url: string;
  accepted: SentMail[];
  /** Every request, accepted or not. */
  attempts: SentMail[];
  /** What it does with the mails from now on; the default accepts. */
  behave(how: Behaviour): void;
  acceptAll(): void;
  /** Resolves with the first accepted mail that fits, whether it came already or is to come. */
  mail(fits: (mail: SentMail) => boolean): Promise<SentMail>;
  stop(): Promise<void>;
};

export async function openMailService(): Promise<MailService> {
  const accepted: SentMail[] = [];
  const attempts: SentMail[] = [];
  const waiting = new Set<() => void>();
  const acceptIt: Behaviour = (_mail, _response, accept) => accept();
  let how: Behaviour = acceptIt;
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    // Whoever was sending it died on the way: there is no mail.
    if (body === null) return;
    const sent = JSON.parse(body) as Record<string, string> & { Attachments?: Record<string, string>[] };
    const mail: SentMail = {
      at: new Date(),
      to: sent["To"] ?? "",
      from: sent["From"] ?? "",
      subject: sent["Subject"] ?? "",
      text: sent["TextBody"] ?? "",
      html: sent["HtmlBody"] ?? "",
      token: String(request.headers["x-postmark-server-token"]),
      attachments: (sent.Attachments ?? []).map(({ Name = "", ContentType = "", Content = "" }) => ({
        name: Name,
        type: ContentType,
        text: Buffer.from(Content, "base64").toString("utf8"),
      })),
    };
    attempts.push(mail);
    const take = (): void => {
      if (accepted.includes(mail)) return;
      accepted.push(mail);
      for (const look of waiting) look();
    };
    const accept = (): void => {
      take();
      if (!response.destroyed) answerJson(response, 200, receiptOf(mail));
    };
    how(mail, response, accept, take);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    accepted,
    attempts,
    behave(next) {
      how = next;
    },
    acceptAll() {
      how = acceptIt;
    },
    mail(fits) {
      return new Promise((resolve) => {
        const look = () => {
          const found = accepted.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  try {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    return body;
  } catch {
    return null;
  }
}

/** What Postmark says of a mail that it accepted. */
export const receiptOf = ({ at, to }: SentMail): object => ({
  ErrorCode: 0,
  Message: "OK",
  MessageID: randomUUID(),
  SubmittedAt: at.toISOString(),
  To: to,
});

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
