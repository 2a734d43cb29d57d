import type { Channel } from "./channel.ts";
import { discord } from "./discord.ts";
import { ntfy } from "./ntfy.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

/** Every kind of channel besides e-mail: API, OpenAPI document, dashboard form and sender are made of these. */
export const CHANNELS = { webhook, slack, discord, telegram, ntfy } as const satisfies Record<string, Channel>;

export type ChannelKind = keyof typeof CHANNELS;
export const CHANNEL_KINDS = Object.keys(CHANNELS) as [ChannelKind, ...ChannelKind[]];

/** The channel of this kind. Throws on a kind that this version does not know. */
export function channelOf(kind: string): Channel {
  const known: Readonly<Record<string, Channel>> = CHANNELS;
  const channel = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (channel === undefined) throw new Error(`there is no channel ${kind}`);
  return channel;
}
