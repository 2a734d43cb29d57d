import { CHANNEL_KINDS, CHANNELS, type ChannelKind } from "@pulsecheck/shared/channels/registry";
import { roleAllows } from "@pulsecheck/shared/role";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { SelectField } from "../../components/ui/field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { workspaceQuery } from "../account/workspace.ts";
import { ChannelForm } from "./channel-form.tsx";
import { ChannelItem } from "./channel-item.tsx";
import { channelsQuery } from "./channel-queries.ts";

/** Where a workspace's alerts go besides mail. Everybody may see it, admins may change it. */
export function ChannelsSection() {
  const workspace = useQuery(workspaceQuery);
  const { data, error, isLoading, refetch } = useQuery(channelsQuery);
  const isAdmin = workspace.data !== undefined && roleAllows(workspace.data.role, "admin");
  return (
    <>
      <Card title="Channels">
        <p className="text-muted">
          Where alerts go besides mail. Each hears of an outage once, and once that it is over.
        </p>
        {workspace.data !== undefined && !isAdmin && (
          <p className="text-muted">
            Only admins of this workspace may change this. Your role here is {workspace.data.role}.
          </p>
        )}
        {error && <Failed error={error} retry={() => void refetch()} />}
        {isLoading && <Loading what="channels" />}
        {data?.length === 0 && <p>There are none yet.</p>}
        <ul aria-label="Channels" className="divide-y divide-line">
          {data?.map((channel) => (
            <ChannelItem key={channel.id} channel={channel} isAdmin={isAdmin} />
          ))}
        </ul>
      </Card>
      {isAdmin && <AddChannel />}
    </>
  );
}

function AddChannel() {
  const queries = useQueryClient();
  const [kind, setKind] = useState<ChannelKind>("webhook");
  const [added, setAdded] = useState(0);
  return (
    <Card title="Add a channel">
      <SelectField label="Kind" value={kind} onChange={({ target }) => setKind(target.value as ChannelKind)}>
        {CHANNEL_KINDS.map((one) => (
          <option key={one} value={one}>
            {CHANNELS[one].label}
          </option>
        ))}
      </SelectField>
      <ChannelForm
        key={`${kind} ${added}`}
        kind={kind}
        channel={null}
        onSaved={(channel) => {
          queries.setQueryData(channelsQuery.queryKey, (old) => [channel, ...(old ?? [])]);
          setAdded(added + 1);
          tell(`${channel.name} is added. Test it now.`);
        }}
      />
    </Card>
  );
}
