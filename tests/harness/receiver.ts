import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson } from "./mail-service.ts";
import { openTarget, type Asked } from "./target.ts";

export const SECRETS = {
  hook: "hook-path-secret",
  signing: "a signing secret of a test",
  slack: "T0SECRET/B0SECRET/slack-secret",
  discord: "1234567890/discord-secret",
  bot: "123456:telegram-secret",
  topic: "ntfy-topic-secret",
  token: "tk_ntfysecret",
} as const;

/** What a service accepted: `words` is what a person would read. */
export type Accepted = Asked & { service: string; words: string };

/** A stand-in for the five kinds of services, over real HTTP: each judges what it is sent, and answers as it does. */
export type Receiver = {
  url: string;
  /** Every request, accepted or not. */
  attempts: Asked[];
  accepted: Accepted[];
  /** Answers the next requests to a service otherwise, one after the other. */
  plan(service: string, ...answers: ((response: ServerResponse) => void)[]): void;
  /** A good body of POST /api/v1/channels for each kind. */
  channels: Record<string, { kind: string; name: string; config: Record<string, string> }>;
  stop(): Promise<void>;
};

export async function openReceiver(): Promise<Receiver> {
  const target = await openTarget();
  const accepted: Accepted[] = [];
  const planned = new Map<string, ((response: ServerResponse) => void)[]>();
  target.answer((request, response) => {
    const asked = target.journal.at(-1);
    const body = parse(asked?.body ?? "");
    const service = serviceOf(request);
    const answer = planned.get(service)?.shift();
    if (answer !== undefined) return answer(response);
    const judged = JUDGES[service]?.(body, request) ?? { status: 404, answer: "there is nothing here" };
    if (asked !== undefined && judged.words !== undefined) accepted.push({ ...asked, service, words: judged.words });
    if (typeof judged.answer === "object") return answerJson(response, judged.status, judged.answer);
    response.writeHead(judged.status).end(judged.answer);
  });
  const at = (path: string) => new URL(path, target.url).href;
  return {
    url: target.url,
    attempts: target.journal,
    accepted,
    plan: (service, ...answers) => void planned.set(service, answers),
    channels: {
      webhook: {
        kind: "webhook",
        name: "our receiver",
        config: { url: at(`/hook/${SECRETS.hook}`), secret: SECRETS.signing },
      },
      slack: { kind: "slack", name: "#ops", config: { url: at(`/services/${SECRETS.slack}`) } },
      discord: { kind: "discord", name: "guild", config: { url: at(`/api/webhooks/${SECRETS.discord}`) } },
      telegram: {
        kind: "telegram",
        name: "group",
        config: { bot_token: SECRETS.bot, chat_id: "-100123", api_url: target.url },
      },
      ntfy: {
        kind: "ntfy",
        name: "phones",
        config: { topic: SECRETS.topic, server: target.url, token: SECRETS.token },
      },
    },
    stop: target.stop,
  };
}

type Judged = { status: number; answer: string | object; words?: string };
// oxlint-disable-next-line typescript/no-explicit-any -- whatever was sent; the judges look into it
type Body = any;

function serviceOf({ url = "" }: IncomingMessage): string {
  if (url.startsWith("/hook/")) return "webhook";
  if (url.startsWith("/services/")) return "slack";
  if (url.startsWith("/api/webhooks/")) return "discord";
  if (url.startsWith("/bot")) return "telegram";
  return url === "/" ? "ntfy" : "nothing";
}

const JUDGES: Record<string, (body: Body, request: IncomingMessage) => Judged> = {
  webhook: (body) => ({ status: 200, answer: "", words: String(body?.data?.title) }),
  slack(body) {
    const text: unknown = body?.blocks?.[0]?.text?.text;
    if (typeof text !== "string" || text.length > 3_000 || body.blocks[0].text.type !== "mrkdwn")
      return { status: 400, answer: "invalid_blocks" };
    return { status: 200, answer: "ok", words: `${body.text}\n${text}` };
  },
  discord(body) {
    const embed = body?.embeds?.[0];
    const isGood = typeof embed?.title === "string" && embed.title.length <= 256 && embed.description.length <= 4_096;
    if (!isGood || body.allowed_mentions?.parse?.length !== 0) return { status: 400, answer: { embeds: ["0"] } };
    return { status: 204, answer: "", words: `${embed.title}\n${embed.description}` };
  },
  telegram(body, { url = "" }) {
    if (url !== `/bot${SECRETS.bot}/sendMessage`)
      return { status: 401, answer: { ok: false, error_code: 401, description: "Unauthorized" } };
    if (String(body?.chat_id) !== "-100123" || typeof body.text !== "string" || body.text.length > 4_096)
      return { status: 400, answer: { ok: false, error_code: 400, description: "Bad Request: chat not found" } };
    return { status: 200, answer: { ok: true, result: { message_id: 1 } }, words: body.text };
  },
  ntfy(body, { headers }) {
    if (headers.authorization !== `Bearer ${SECRETS.token}`) return { status: 403, answer: { error: "forbidden" } };
    if (body?.topic !== SECRETS.topic || typeof body.message !== "string") return { status: 400, answer: {} };
    return { status: 200, answer: { id: "x", event: "message" }, words: `${body.title}\n${body.message}` };
  },
};

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
