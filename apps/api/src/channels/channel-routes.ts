import {
  createChannel,
  deleteChannel,
  getChannel,
  listChannelDeliveries,
  listChannels,
  updateChannel,
} from "@pulsecheck/db/channels";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import type { ChannelConfig } from "@pulsecheck/shared/channels/channel";
import type { Deps } from "../context.ts";
import { limitChannelTests } from "../http/rate-limit.ts";
import { createRouter } from "../http/router.ts";
import { channelContract } from "./channel-contract.ts";
import { requireAllowedConfig, takeOver } from "./channel-config.ts";
import { testChannel } from "./test-channel.ts";

/** Where a workspace's alerts go besides mail. */
export function channelRoutes(deps: Deps) {
  const box = openSecretBox(deps.config.secretKey);
  const countTest = limitChannelTests(deps);
  const allowed = deps.config.allowedPrivateTargets;

  return createRouter()
    .openapi(channelContract.create, async (c) => {
      const input = c.req.valid("json");
      await requireAllowedConfig(input.kind, input.config, allowed);
      return c.json(await createChannel(c.get("scope"), box, input), 201);
    })
    .openapi(channelContract.list, async (c) => c.json(await listChannels(c.get("scope"), c.req.valid("query")), 200))
    .openapi(channelContract.get, async (c) => c.json(await getChannel(c.get("scope"), c.req.valid("param").id), 200))
    .openapi(channelContract.update, async (c) => {
      const { config: changes, ...settings } = c.req.valid("json");
      const scope = c.get("scope");
      const { kind, id } = await getChannel(scope, c.req.valid("param").id);
      if (changes !== undefined) await requireAllowedConfig(kind, changes, allowed);
      const change = (before: ChannelConfig) => changes && takeOver(kind, before, changes);
      return c.json(await updateChannel(scope, box, id, settings, change), 200);
    })
    .openapi(channelContract.remove, async (c) => {
      await deleteChannel(c.get("scope"), c.req.valid("param").id);
      return c.body(null, 204);
    })
    .openapi(channelContract.test, async (c) => {
      const scope = c.get("scope");
      const { id } = await getChannel(scope, c.req.valid("param").id);
      await countTest(scope.workspaceId);
      return c.json(await testChannel(deps, scope, id), 200);
    })
    .openapi(channelContract.deliveries, async (c) =>
      c.json(await listChannelDeliveries(c.get("scope"), c.req.valid("param").id, c.req.valid("query")), 200),
    );
}
