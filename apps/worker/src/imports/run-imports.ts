import { inTransaction } from "@pulsecheck/db/client";
import { giveUpImports, releaseImport } from "@pulsecheck/db/import-failures";
import { claimImport, finishImport, getImport, progressOf, type ClaimedImport } from "@pulsecheck/db/imports";
import type { ImportProgress } from "@pulsecheck/shared/import";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";
import { importMonitors } from "./import-monitors.ts";
import { importReadings } from "./import-readings.ts";
import { outcomeOf, RolledBack, type Counts, type ImportWork } from "./import-work.ts";
import type { MonitorDraft } from "./monitor-draft.ts";
import { readMonitorRows } from "./monitor-rows.ts";
import { followProgress, type Progress } from "./progress.ts";
import { readReadingRows } from "./reading-rows.ts";
import { readText } from "./read-text.ts";
import { createRemarks } from "./remarks.ts";
import { readUptimeKuma } from "./uptime-kuma.ts";
import { readUrlList } from "./url-list.ts";

/** Runs the imports that wait and those whose worker is gone, one after the other, until none is left. */
export async function runImports(deps: Deps): Promise<void> {
  for (const { workspaceId, progress } of await giveUpImports(deps.db)) await tell(deps, workspaceId, progress);
  for (let job = await claimImport(deps.db); job !== null; job = await claimImport(deps.db)) await runImport(deps, job);
}

async function runImport(deps: Deps, job: ClaimedImport): Promise<void> {
  const { log } = deps;
  const { workspaceId } = job.scope;
  const progress = followProgress(job, log, (now) => tell(deps, workspaceId, now));
  try {
    await importFile(deps, job, progress);
  } catch (error) {
    // It is begun again a moment later, by whichever worker.
    log.error({ err: error, import: job.id, kind: job.kind }, "an import broke off; nothing of it was written");
    await releaseImport(job, error);
  } finally {
    await progress.stop();
  }
  const after = await getImport(job.scope, job.id).catch(() => null);
  if (after !== null) await tell(deps, workspaceId, progressOf(after));
}

async function importFile(deps: Deps, job: ClaimedImport, progress: Progress): Promise<void> {
  const [errors, warnings] = [createRemarks(), createRemarks()];
  let skipped = 0;
  const work: ImportWork = {
    job,
    errors,
    warnings,
    rows: progress.rows,
    skipped: () => skipped,
    note: progress.note,
  };
  const text = readText(job.file, errors);
  let counts: Counts = { created: 0, updated: 0, unchanged: 0 };
  try {
    if (text !== null && job.kind === "readings_csv") {
      const drafts = await readReadingRows(text, errors);
      progress.setRows(drafts.length);
      return await importReadings(deps, work, drafts);
    }
    if (text !== null) {
      const { drafts, rows } = await readDrafts(job, text, work);
      skipped = rows - drafts.length;
      progress.setRows(rows);
      return await importMonitors(deps, work, drafts);
    }
  } catch (error) {
    if (error instanceof Refusal) errors.add(null, null, error.message);
    else if (error instanceof RolledBack) counts = error.counts;
    else throw error;
  }
  await inTransaction(deps.db.pool, (client) => finishImport(client, job, outcomeOf(work, counts)));
}

/** What stands in a file, and of how many rows it is. */
async function readDrafts(
  { kind }: ClaimedImport,
  text: string,
  { errors, warnings }: ImportWork,
): Promise<{ drafts: MonitorDraft[]; rows: number }> {
  if (kind === "uptime_kuma") return readUptimeKuma(text, errors, warnings);
  if (kind === "url_list") return readUrlList(text, errors, warnings);
  const drafts = await readMonitorRows(text, errors);
  return { drafts, rows: drafts.length };
}

async function tell({ broker, log }: Deps, workspace: number, data: ImportProgress): Promise<void> {
  try {
    await broker.bus.publish([{ workspace, at: new Date().toISOString(), type: "import.changed", data }]);
  } catch (error) {
    log.warn({ err: error, import: data.id }, "an import could not be told");
  }
}
