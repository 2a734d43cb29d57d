import { z } from "zod";
import { schemaOf } from "./channels/channel.ts";
import { CHANNEL_KINDS, CHANNELS, type ChannelKind } from "./channels/registry.ts";
import { alertStateSchema, INCIDENT_KINDS, incidentSubjectSchema } from "./incident.ts";
import { pageQuery, rangeQuery, sortQuery, textQuery } from "./list.ts";
import { commonFields } from "./monitor.ts";

/** So many a workspace. */
export const CHANNELS_AT_MOST = 20;

const settings = {
  name: z.string().trim().min(1).max(100),
  tags: commonFields.tags.describe("Only what has one of these tags is told; empty: everything"),
  severities: z
    .array(z.enum(INCIDENT_KINDS))
    .max(INCIDENT_KINDS.length)
    .transform((list) => [...new Set(list)])
    .describe("Only incidents of these kinds are told; empty: all"),
  is_active: z.boolean().describe("false: nothing is sent, not even what waits already"),
};

const kindSchema = z.enum(CHANNEL_KINDS);
const outcomeSchema = z.object({ state: alertStateSchema, at: z.iso.datetime(), detail: z.string().nullable() });

export const channelSchema = z
  .object({
    id: z.uuid(),
    kind: kindSchema,
    name: z.string(),
    config: z.record(z.string(), z.string()).describe("By the kind's fields. Secrets are masked"),
    tags: z.array(z.string()),
    severities: z.array(z.enum(INCIDENT_KINDS)),
    is_active: z.boolean(),
    created_at: z.iso.datetime(),
    last_outcome: outcomeSchema.nullable().describe("What became of the last message, a test included"),
  })
  .meta({ id: "AlertChannel" });
export type ChannelView = z.infer<typeof channelSchema>;

const CHANNEL_SORTS = ["created_at", "name", "kind"] as const;
export type ChannelSort = (typeof CHANNEL_SORTS)[number];

export const channelListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(CHANNEL_SORTS, "-created_at"),
  kind: kindSchema.optional(),
  is_active: z.stringbool().optional(),
  q: textQuery("the name"),
});
export type ChannelListQuery = z.infer<typeof channelListQuery>;

/** What every channel has, whatever its kind, with its defaults filled in. */
type ChannelSettings = { [Field in keyof typeof settings]: z.output<(typeof settings)[Field]> };
export type ChannelCreate = ChannelSettings & { kind: ChannelKind; config: Record<string, string> };

const createSchemas = CHANNEL_KINDS.map((kind) =>
  z.strictObject({
    kind: z.literal(kind),
    config: schemaOf(CHANNELS[kind]),
    name: settings.name,
    tags: settings.tags.default([]),
    severities: settings.severities.default([]),
    is_active: settings.is_active.default(true),
  }),
);

/** Body of `POST /channels`: the config's fields are those of the kind. */
export const channelCreateSchema = z
  .discriminatedUnion("kind", createSchemas as [(typeof createSchemas)[number], ...typeof createSchemas])
  .transform((input) => input as ChannelCreate);

export const channelChangeSchema = z
  .strictObject({
    ...settings,
    config: z
      .record(z.string(), z.string().nullable())
      .describe("Fields of the kind's config; what is left out stays, null takes an optional one away"),
  })
  .partial();
export type ChannelChange = z.infer<typeof channelChangeSchema>;

export const channelDeliverySchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(["DOWN", "UP", "TEST"]),
    state: alertStateSchema,
    attempts: z.int(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
    sent_at: z.iso.datetime().nullable(),
    next_try_at: z.iso.datetime().nullable().describe("Null where it is not to be sent any more"),
    is_digest: z.boolean().describe("Sent in one message with others"),
    incident: z
      .object({
        id: z.uuid(),
        kind: z.enum(INCIDENT_KINDS),
        subject: incidentSubjectSchema,
        started_at: z.iso.datetime(),
        ended_at: z.iso.datetime().nullable(),
      })
      .nullable()
      .describe("Null of a test"),
  })
  .meta({ id: "ChannelDelivery" });
export type ChannelDeliveryView = z.infer<typeof channelDeliverySchema>;

const CHANNEL_DELIVERY_SORTS = ["created_at", "state", "attempts"] as const;
export type ChannelDeliverySort = (typeof CHANNEL_DELIVERY_SORTS)[number];

export const channelDeliveryListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(CHANNEL_DELIVERY_SORTS, "-created_at"),
  state: alertStateSchema.optional(),
  q: textQuery("why it was not sent"),
});
export type ChannelDeliveryListQuery = z.infer<typeof channelDeliveryListQuery>;

/** What became of a test: PENDING means that an alert would be tried again. */
export const channelTestSchema = z.object({
  state: z.enum(["SENT", "REJECTED", "PENDING"]),
  detail: z.string().nullable().describe("Why it was not sent"),
});
export type ChannelTest = z.infer<typeof channelTestSchema>;
