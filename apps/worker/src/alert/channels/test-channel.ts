import { randomUUID } from "node:crypto";
import { noteTest, openChannel } from "@pulsecheck/db/channels";
import { scopeTo } from "@pulsecheck/db/scope";
import { getWorkspace } from "@pulsecheck/db/workspaces";
import type { ChannelTest } from "@pulsecheck/shared/alert-channel";
import { channelTestJobSchema } from "@pulsecheck/shared/queues";
import type { Deps } from "../../context.ts";
import { writeTestNotice } from "./notices.ts";
import { postNotice } from "./post-notice.ts";

/** Sends a test through a channel, by the way that alerts take, for whoever asked. Once: no test is repeated. */
export async function testChannel({ config, db, box }: Deps, data: unknown): Promise<ChannelTest> {
  const job = channelTestJobSchema.parse(data);
  const scope = scopeTo(db, job.workspace_id);
  const channel = await openChannel(scope, box, job.channel_id);
  const workspace = await getWorkspace(scope);
  const context = { publicUrl: config.publicUrl, now: new Date() };
  const id = randomUUID();
  const notice = writeTestNotice(id, channel.name, workspace, context);
  const outcome = await postNotice(channel.kind, channel.config, notice, config.allowedPrivateTargets);
  const error = outcome.state === "SENT" ? null : outcome.error;
  const isAnswerLost = outcome.state === "PENDING" && outcome.isAnswerLost;
  await noteTest(scope, channel.id, { id, state: outcome.state, error, isAnswerLost, at: new Date() });
  return { state: outcome.state, detail: error };
}
