import { channelChangeSchema, type ChannelView } from "@pulsecheck/shared/alert-channel";
import { schemaOf, type Channel } from "@pulsecheck/shared/channels/channel";
import { INCIDENT_KINDS, type IncidentKind } from "@pulsecheck/shared/incident";
import { z } from "zod";
import { readTags } from "../../lib/form-texts.ts";

export type ChannelForm = {
  name: string;
  config: Record<string, string>;
  tags: string;
  severities: IncidentKind[];
  is_active: boolean;
};

/** What the form holds at first. Secrets are not shown: an empty field leaves what is there. */
export function valuesOf({ fields }: Channel, channel: ChannelView | null): ChannelForm {
  const known = (name: string) => (fields[name]?.isSecret === false ? channel?.config[name] : undefined);
  return {
    name: channel?.name ?? "",
    config: Object.fromEntries(Object.keys(fields).map((name) => [name, known(name) ?? ""])),
    tags: channel?.tags.join(", ") ?? "",
    severities: channel?.severities ?? [],
    is_active: channel?.is_active ?? true,
  };
}

/** What was filled in. */
export function filledIn(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value.trim() !== ""));
}

/** The same as a change: an optional field that is no secret and was emptied is taken away. */
export function changedConfig({ fields }: Channel, config: Readonly<Record<string, string>>) {
  const emptied = Object.entries(fields).filter(
    ([name, { isOptional, isSecret }]) => isOptional && !isSecret && config[name]?.trim() === "",
  );
  return { ...filledIn(config), ...Object.fromEntries(emptied.map(([name]) => [name, null])) };
}

/** Judges the form as the API does: a new channel's whole config, of an old one what was filled in. */
export function formSchemaOf(channel: Channel, isNew: boolean) {
  const config = schemaOf(channel);
  return z
    .object({
      name: z.string().trim().min(1, "needs a name").max(100),
      config: z.record(z.string(), z.string()),
      tags: z.string(),
      severities: z.array(z.enum(INCIDENT_KINDS)),
      is_active: z.boolean(),
    })
    .superRefine((values, context) => {
      const judged = (isNew ? config : config.partial()).safeParse(filledIn(values.config));
      for (const { code, path, message } of judged.error?.issues ?? [])
        context.addIssue({
          code: "custom",
          path: ["config", ...path],
          message: code === "invalid_type" ? "is needed" : message,
        });
      const tags = channelChangeSchema.safeParse({ tags: readTags(values.tags) });
      for (const { message } of tags.error?.issues ?? []) context.addIssue({ code: "custom", path: ["tags"], message });
    });
}
