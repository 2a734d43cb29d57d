import type { Deps } from "../../context.ts";
import type { Channel } from "./channel.ts";
import { createEmailChannel } from "./email.ts";
import { createKeptMailChannel } from "./kept-mail.ts";

/** The channels of this instance, by the name that a delivery carries. */
export function createChannels({ config, db }: Pick<Deps, "config" | "db">): Record<string, Channel> {
  const { token, isDevMode } = config.mail;
  return {
    email: isDevMode || token === null ? createKeptMailChannel(db) : createEmailChannel(config.mail, token),
  };
}
