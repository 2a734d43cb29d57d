import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";

const MINUTE = 60_000;
const DAY_MS = 86_400_000;

let count = 0;
export const newSlug = () => `page-${(count += 1)}`;

export type TestPage = { id: string; slug: string; path: string; componentIds: string[] };

/** Publishes these monitors in one group. */
export async function publish(
  house: House,
  { token }: Person,
  monitors: readonly MonitorView[],
  more: Record<string, unknown> = {},
): Promise<TestPage> {
  const components = monitors.map(({ id }) => ({ monitor_id: id }));
  const json = { slug: newSlug(), title: "Acme", is_published: true, groups: [{ name: "", components }], ...more };
  const { status, body } = await house.call("POST", "/api/v1/status-pages", { token, json });
  if (status !== 201) throw new Error(`the page was refused: ${JSON.stringify(body)}`);
  const componentIds = body.groups.flatMap((group: { components: { id: string }[] }) =>
    group.components.map(({ id }) => id),
  );
  return { id: body.id, slug: body.slug, path: `/status/${body.slug}`, componentIds };
}

export async function change(house: House, { token }: Person, page: TestPage, json: object): Promise<Answer> {
  const answer = await house.call("PATCH", `/api/v1/status-pages/${page.id}`, { token, json });
  if (answer.status !== 200) throw new Error(`the change was refused: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** As if this monitor had been checked: its status, and an outage from so many minutes ago, over or not. */
export async function pretend(
  { db }: House,
  monitorId: string,
  { status = "UP", outage }: { status?: string; outage?: { fromMin: number; toMin?: number; detail?: string } },
): Promise<void> {
  const { id, workspaceId } = await db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
  await db.pool.query("UPDATE monitor_states SET status = $2::monitor_status WHERE monitor_id = $1", [id, status]);
  if (outage === undefined) return;
  const startedAt = new Date(Date.now() - outage.fromMin * MINUTE);
  const endedAt = outage.toMin === undefined ? null : new Date(Date.now() - outage.toMin * MINUTE);
  const data = { workspaceId, monitorId: id, startedAt, confirmedAt: startedAt, endedAt, reason: 4 };
  await db.prisma.incident.create({ data: { ...data, detail: outage.detail ?? "a detail for the owner" } });
}

/** As if a past UTC day had been rolled up with these checks. */
export async function pretendDay(
  { db }: House,
  monitorId: string,
  daysAgo: number,
  { checks, failures }: { checks: number; failures: number },
): Promise<void> {
  const { id } = await db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
  const bucketAt = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - daysAgo * DAY_MS);
  const good = checks - failures;
  await db.pool.query(
    `INSERT INTO check_rollups (monitor_id, period_hours, bucket_at, checks, failures, inconclusive, latency_sum_ms, hist_buckets, hist_counts)
     SELECT $1, hours, $2, $3, $4, 0, $5, '{}', '{}' FROM unnest(ARRAY[1, 24]) AS hours`,
    [id, bucketAt, checks, failures, good * 100],
  );
  await db.pool.query(
    `INSERT INTO rollup_progress VALUES (1, $1), (24, $1) ON CONFLICT (period_hours) DO UPDATE SET rolled_until = excluded.rolled_until`,
    [new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)],
  );
}
