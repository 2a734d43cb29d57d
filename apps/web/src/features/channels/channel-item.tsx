import type { ChannelView } from "@pulsecheck/shared/alert-channel";
import { channelOf } from "@pulsecheck/shared/channels/registry";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { ChannelDeliveries, STATES } from "./channel-deliveries.tsx";
import { ChannelForm } from "./channel-form.tsx";
import { channelsQuery } from "./channel-queries.ts";

/** One channel: what it is told, what became of the last message, and all that can be done with it. */
export function ChannelItem({ channel, isAdmin }: { channel: ChannelView; isAdmin: boolean }) {
  const { id, name, kind } = channel;
  const [shown, setShown] = useState<"form" | "deliveries" | null>(null);
  const queries = useQueryClient();
  const reread = () => void queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
  const toggle = (part: "form" | "deliveries") => setShown(shown === part ? null : part);
  return (
    <li className="grid gap-3 py-3">
      <Summary channel={channel} />
      <div className="flex flex-wrap gap-2">
        {isAdmin && <TestButton channel={channel} onTested={reread} />}
        <Button
          aria-expanded={shown === "deliveries"}
          aria-label={`Deliveries of ${name}`}
          onClick={() => toggle("deliveries")}
        >
          Deliveries
        </Button>
        {isAdmin && (
          <>
            <Button aria-expanded={shown === "form"} aria-label={`Edit ${name}`} onClick={() => toggle("form")}>
              Edit
            </Button>
            <Confirm
              label="Delete"
              accessibleName={`Delete ${name}`}
              title={`Delete the channel ${name}?`}
              confirm="Delete it"
              onConfirm={() => ask(api.DELETE("/api/v1/channels/{id}", { params: { path: { id } } }))}
              onDone={() => {
                reread();
                tell(`${name} gets no more alerts.`);
              }}
            >
              It gets no more alerts, not even those that wait to be sent. This cannot be taken back.
            </Confirm>
          </>
        )}
      </div>
      {shown === "deliveries" && <ChannelDeliveries id={id} name={name} />}
      {shown === "form" && (
        <ChannelForm
          kind={kind}
          channel={channel}
          onSaved={() => {
            reread();
            setShown(null);
            tell(`${name} is saved.`);
          }}
        />
      )}
    </li>
  );
}

function Summary({
  channel: { kind, name, config, tags, severities, is_active, last_outcome },
}: {
  channel: ChannelView;
}) {
  const { label, fields } = channelOf(kind);
  const filters = [...tags.map((tag) => `tag ${tag}`), ...severities];
  return (
    <div className="min-w-0 break-words">
      <p className="font-medium">
        {name} <span className="font-normal text-muted">· {label}</span>
        {!is_active && <span className="font-normal text-warn"> · off</span>}
      </p>
      <p className="text-muted">
        {Object.entries(config).map(([field, value]) => (
          <span key={field} className="mr-3 break-all">
            {fields[field]?.label ?? field}: <code>{value}</code>
          </span>
        ))}
      </p>
      <p className="text-muted">{filters.length === 0 ? "Every incident" : `Only: ${filters.join(", ")}`}</p>
      {last_outcome !== null && (
        <p className={last_outcome.state === "SENT" ? "text-up" : "text-down"}>
          Last message: {STATES[last_outcome.state].toLowerCase()}, <Time at={last_outcome.at} />
        </p>
      )}
    </div>
  );
}

function TestButton({ channel: { id, name }, onTested }: { channel: ChannelView; onTested(): void }) {
  const test = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/channels/{id}/test", { params: { path: { id } } })),
    onSettled: onTested,
  });
  const isSent = test.data?.state === "SENT";
  const words = test.error?.message ?? test.data?.detail ?? "The test was sent. Look there.";
  return (
    <>
      <Button isBusy={test.isPending} onClick={() => test.mutate()} aria-label={`Test ${name}`}>
        Test
      </Button>
      <p role="status" className={`min-w-0 self-center break-words ${isSent ? "text-up" : "text-down"}`}>
        {test.isIdle || test.isPending ? "" : words}
      </p>
    </>
  );
}
