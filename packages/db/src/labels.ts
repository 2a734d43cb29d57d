import { LABELS_AT_MOST, type Labels } from "@pulsecheck/shared/labels";
import type { Scope } from "./scope.ts";

/** What the workspace's devices and sensors can be filtered by. */
export async function listLabels(scope: Scope): Promise<Labels> {
  const [devices, sensors] = await Promise.all([readLabels(scope, "devices"), readLabels(scope, "sensors")]);
  return { devices, sensors };
}

async function readLabels(scope: Scope, table: "devices" | "sensors"): Promise<Labels["devices"]> {
  const [tags, locations] = await Promise.all([
    readWords(scope, `${table}, unnest(tags) AS word`),
    readWords(scope, `(SELECT workspace_id, location AS word FROM ${table} WHERE location <> '') AS located`),
  ]);
  return { tags, locations };
}

async function readWords({ db, workspaceId }: Scope, from: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ word: string }>(
    `SELECT word FROM ${from} WHERE workspace_id = $1 GROUP BY word ORDER BY count(*) DESC, word LIMIT $2`,
    [workspaceId, LABELS_AT_MOST],
  );
  return rows.map(({ word }) => word).toSorted();
}
