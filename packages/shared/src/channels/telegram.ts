import { z } from "zod";
import { fitBody } from "../alert-notice.ts";
import { defineChannel, token, url } from "./channel.ts";

const LONGEST_TEXT = 4_096;
const API = "https://api.telegram.org";

const retrySchema = z.object({ parameters: z.object({ retry_after: z.number() }) });

export const telegram = defineChannel({
  label: "Telegram",
  about:
    "In Telegram: @BotFather makes a bot and tells its token. Write to the bot, or add it to the group, before you test.",
  fields: {
    bot_token: {
      label: "Bot token",
      input: "text",
      isSecret: true,
      isOptional: false,
      schema: token.regex(/^\d+:[\w-]+$/, "must look like 123456:ABC-DEF, as BotFather tells it"),
    },
    chat_id: {
      label: "Chat",
      hint: "A number, such as -1001234567890, or the @name of a public channel.",
      input: "text",
      isSecret: false,
      isOptional: false,
      schema: token.regex(/^(-?\d{1,20}|@\w{4,64})$/, "must be a number or a @name"),
    },
    api_url: {
      label: "Bot API server",
      hint: `Empty: ${API}.`,
      input: "url",
      isSecret: false,
      isOptional: true,
      schema: url,
    },
  },
  write({ bot_token, chat_id, api_url }, notice) {
    const head = `${notice.title}\n\n`;
    const text = head + fitBody(notice, LONGEST_TEXT - head.length);
    return {
      url: `${(api_url ?? API).replace(/\/$/, "")}/bot${bot_token}/sendMessage`,
      headers: {},
      // No parse_mode: it is text, whatever is in it.
      body: JSON.stringify({ chat_id, text, link_preview_options: { is_disabled: true } }),
    };
  },
  readRetryAfterS: (body) => retrySchema.safeParse(body).data?.parameters.retry_after,
});
