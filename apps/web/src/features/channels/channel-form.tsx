import type { ChannelView } from "@pulsecheck/shared/alert-channel";
import { channelOf, type ChannelKind } from "@pulsecheck/shared/channels/registry";
import { INCIDENT_KINDS, type IncidentKind } from "@pulsecheck/shared/incident";
import type { ReactNode } from "react";
import { CheckboxField, InputField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import type { paths } from "../../generated/api.ts";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { readTags } from "../../lib/form-texts.ts";
import { changedConfig, filledIn, formSchemaOf, valuesOf, type ChannelForm } from "./channel-form-schema.ts";

type NewChannel = paths["/api/v1/channels"]["post"]["requestBody"]["content"]["application/json"];

const SEVERITIES: Record<IncidentKind, string> = {
  outage: "Outages: down, offline, late",
  threshold: "Values out of bounds",
  anomaly: "Unusual values",
};

type Props = {
  kind: ChannelKind;
  /** Null: a new one. */
  channel: ChannelView | null;
  onSaved(channel: ChannelView): void;
  more?: ReactNode;
};

/** Adds or changes a channel. What it asks for is what the kind's fields say. */
export function ChannelForm({ kind, channel, onSaved, more }: Props) {
  const { about, fields, ...rest } = channelOf(kind);
  const definition = { about, fields, ...rest };
  const form = useApiForm<ChannelForm>(formSchemaOf(definition, channel === null), valuesOf(definition, channel));
  const send = async ({ tags, config, ...values }: ChannelForm) => {
    const settings = { ...values, tags: readTags(tags) };
    const path = { id: channel?.id ?? "" };
    onSaved(
      channel === null
        ? await ask(
            api.POST("/api/v1/channels", { body: { kind, config: filledIn(config), ...settings } as NewChannel }),
          )
        : await ask(
            api.PATCH("/api/v1/channels/{id}", {
              params: { path },
              body: { ...settings, config: changedConfig(definition, config) },
            }),
          ),
    );
  };
  return (
    <Form form={form} submit={channel === null ? "Add the channel" : "Save"} send={send} more={more}>
      <p className="text-muted">{about}</p>
      <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
      {Object.entries(fields).map(([name, { label, hint, input, isSecret, isOptional }]) => (
        <InputField
          key={name}
          label={isOptional ? `${label} (optional)` : label}
          hint={isSecret && channel !== null ? "Empty: it stays as it is." : hint}
          placeholder={isSecret ? channel?.config[name] : undefined}
          type={isSecret && input === "text" ? "password" : "text"}
          inputMode={input}
          autoComplete="off"
          spellCheck={false}
          {...form.fieldOf(`config.${name}`)}
        />
      ))}
      <InputField
        label="Only what has one of these tags"
        hint="With commas between them. Empty: everything."
        autoComplete="off"
        {...form.fieldOf("tags")}
      />
      <fieldset className="grid gap-2">
        <legend className="font-medium">Only these incidents</legend>
        <p className="text-muted">None checked: all.</p>
        {INCIDENT_KINDS.map((severity) => (
          <CheckboxField
            key={severity}
            label={SEVERITIES[severity]}
            value={severity}
            {...form.register("severities")}
          />
        ))}
      </fieldset>
      <CheckboxField label="On" hint="Off: nothing is sent, not even what waits." {...form.register("is_active")} />
    </Form>
  );
}
