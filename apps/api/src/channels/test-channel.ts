import type { Scope } from "@pulsecheck/db/scope";
import { channelTestSchema, type ChannelTest } from "@pulsecheck/shared/alert-channel";
import { QUEUES } from "@pulsecheck/shared/queues";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";

/** Longer than a receiver may take to answer. */
const PATIENCE_MS = 12_000;

/** Has a worker send a test through a channel, and waits for what becomes of it. Refuses (503) where no worker answers. */
export async function testChannel({ broker, log }: Deps, scope: Scope, id: string): Promise<ChannelTest> {
  const answer = await broker.jobs
    .queue(QUEUES.channelTests)
    .request({ workspace_id: scope.workspaceId, channel_id: id }, PATIENCE_MS)
    .catch((error: unknown) =>
      log.error({ err: error, channel: id }, "a test of a channel got no answer from a worker"),
    );
  const test = channelTestSchema.safeParse(answer);
  if (!test.success)
    throw new Refusal(503, "No worker has sent the test in time. Is a worker running? See /ready.", { retryAfterS: 5 });
  return test.data;
}
