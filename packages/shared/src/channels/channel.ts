import { z } from "zod";
import type { Notice } from "../alert-notice.ts";
import { SECRET_MASK } from "../monitor.ts";
import { parseTargetUrl } from "../target-url.ts";

/** A field of a channel's config: what the API takes, and what the dashboard asks for. */
export type ChannelField = {
  label: string;
  hint?: string;
  input: "text" | "url";
  /** Stored encrypted like all of the config, and shown masked. */
  isSecret: boolean;
  isOptional: boolean;
  schema: z.ZodType<string, string>;
};

export type ChannelConfig = Readonly<Record<string, string>>;

/** What is posted to the service, over the one guarded way out. */
export type ChannelRequest = { url: string; headers: Readonly<Record<string, string>>; body: string };

/** A way to reach people over HTTP: one file here, and one line in the registry. */
export type Channel = {
  label: string;
  /** Where one gets what the fields ask for. */
  about: string;
  fields: Readonly<Record<string, ChannelField>>;
  write(config: ChannelConfig, notice: Notice): ChannelRequest | Promise<ChannelRequest>;
  /** How long the service wants to be left alone (429), where it says so in its answer's JSON body, in seconds. */
  readRetryAfterS?(body: unknown): number | undefined;
};

type ConfigOf<Fields extends Record<string, ChannelField>> = {
  readonly [Name in keyof Fields]: Fields[Name]["isOptional"] extends true ? string | undefined : string;
};

type Definition<Fields extends Record<string, ChannelField>> = Omit<Channel, "fields" | "write"> & {
  fields: Fields;
  write(config: ConfigOf<Fields>, notice: Notice): ChannelRequest | Promise<ChannelRequest>;
};

/** Declares a channel; `write` sees the fields' own names and which of them may be missing. */
export function defineChannel<const Fields extends Record<string, ChannelField>>(
  definition: Definition<Fields>,
): Channel {
  // What is stored was judged by `schemaOf` these very fields.
  return { ...definition, write: (config, notice) => definition.write(config as ConfigOf<Fields>, notice) };
}

/** The schema of a channel's config. */
export function schemaOf({ fields }: Pick<Channel, "fields">) {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(fields).map(([name, { schema, isOptional, label }]) => {
        const described = schema.describe(label);
        return [name, isOptional ? described.optional() : described];
      }),
    ),
  );
}

const MASKED = "is the mask of a secret, not a value; leave the field out to keep what is there";
const isNoMask = (text: string) => !text.includes(SECRET_MASK);

/** An http(s) URL, as strict as a monitor's. */
export const url = z
  .string()
  .refine(isNoMask, MASKED)
  .transform((text, context) => {
    const parsed = parseTargetUrl(text.trim());
    if (parsed.ok) return parsed.url.href;
    context.addIssue({ code: "custom", message: parsed.detail });
    return z.NEVER;
  });

/** Printable ASCII without spaces, such as a token. */
export const token = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine(isNoMask, MASKED)
  .regex(/^[\u0021-\u007e]+$/, "must be printable ASCII without spaces");

/** A channel's config as it is shown: of a secret URL its host, of other secrets nothing. */
export function maskConfig({ fields }: Pick<Channel, "fields">, config: ChannelConfig): Record<string, string> {
  const mask = (value: string) => (URL.canParse(value) ? `${new URL(value).origin}/${SECRET_MASK}` : SECRET_MASK);
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, fields[name]?.isSecret === false ? value : mask(value)]),
  );
}

/** Takes a config's secrets out of a text from outside: a receiver may say what it was sent. */
export function hideSecrets({ fields }: Pick<Channel, "fields">, config: ChannelConfig, text: string): string {
  const secrets = Object.entries(config)
    .filter(([name]) => fields[name]?.isSecret !== false)
    .flatMap(([, value]) => (URL.canParse(value) ? partsOf(new URL(value)) : [value]));
  // A piece that is too short to be one would blacken innocent words.
  const long = secrets.filter((secret) => secret.length >= 6).toSorted((a, b) => b.length - a.length);
  return long.reduce((hidden, secret) => hidden.replaceAll(secret, SECRET_MASK), text);
}

function partsOf({ href, pathname, search, searchParams }: URL): string[] {
  return [href, pathname + search, pathname, search, ...pathname.split("/"), ...searchParams.values()];
}
