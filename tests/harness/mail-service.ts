import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { listen } from "./target.ts";

export type SentMail = {
  at: Date;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  token: string;
};

/** A stand-in for Postmark, over real HTTP. It journals every mail that it accepted. */
export type MailService = {
  url: string;
  accepted: SentMail[];
  /** Every request, accepted or not. */
  attempts: SentMail[];
  /** What it does with the mails from now on; the default accepts. */
  behave(how: (mail: SentMail, response: ServerResponse, accept: () => void) => void): void;
  acceptAll(): void;
  /** Resolves with the first accepted mail that fits, whether it came already or is to come. */
  mail(fits: (mail: SentMail) => boolean): Promise<SentMail>;
  stop(): Promise<void>;
};

export async function openMailService(): Promise<MailService> {
  const accepted: SentMail[] = [];
  const attempts: SentMail[] = [];
  const waiting = new Set<() => void>();
  const acceptIt = (_mail: SentMail, _response: ServerResponse, accept: () => void) => accept();
  let how: Parameters<MailService["behave"]>[0] = acceptIt;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const sent = JSON.parse(body) as Record<string, string>;
    const mail: SentMail = {
      at: new Date(),
      to: sent["To"] ?? "",
      from: sent["From"] ?? "",
      subject: sent["Subject"] ?? "",
      text: sent["TextBody"] ?? "",
      html: sent["HtmlBody"] ?? "",
      token: String(request.headers["x-postmark-server-token"]),
    };
    attempts.push(mail);
    how(mail, response, () => {
      accepted.push(mail);
      if (!response.destroyed)
        answerJson(response, 200, {
          ErrorCode: 0,
          Message: "OK",
          MessageID: randomUUID(),
          SubmittedAt: mail.at.toISOString(),
          To: mail.to,
        });
      for (const look of waiting) look();
    });
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

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
