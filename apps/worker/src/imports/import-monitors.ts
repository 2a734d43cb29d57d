import { setImmediate as nextTurn } from "node:timers/promises";
import { finishImport } from "@pulsecheck/db/imports";
import {
  findMonitors,
  insertMonitors,
  lockImports,
  startMonitors,
  type StoredMonitor,
  type Transaction,
} from "@pulsecheck/db/monitor-batches";
import { lockEdits, openEdits, stageEdits, writeEdits, type MonitorEdit } from "@pulsecheck/db/monitor-edits";
import type { MonitorRow } from "@pulsecheck/db/monitor-view";
import { requireRoom } from "@pulsecheck/db/quotas";
import type { AnyMonitorInput } from "@pulsecheck/shared/cron-monitor";
import { parseSchedule } from "@pulsecheck/shared/cron-schedule";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";
import { inChunks, outcomeOf, RolledBack, type Counts, type ImportWork } from "./import-work.ts";
import { createMonitorJudge, type MonitorJudge } from "./judge-monitor.ts";
import { findRefusedHosts } from "./judge-targets.ts";
import type { MonitorDraft } from "./monitor-draft.ts";

const CHUNK = 500;
/** After so many rows everything else in this process gets its turn. */
const ROWS_A_TURN = 50;
/** In ms: so long the whole transaction may take. */
const LIMITS = { maxWait: 30_000, timeout: 600_000 };
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/**
 * Adds and changes monitors, and ends the import, all in one transaction. What others check and change is locked at its
 * end alone. Throws `RolledBack` where nothing may stay.
 */
export async function importMonitors(deps: Deps, work: ImportWork, drafts: readonly MonitorDraft[]): Promise<void> {
  const { config, db, box } = deps;
  const { job, errors, note } = work;
  const urls = drafts.map(({ fields }) => fields["url"]);
  const refused = await findRefusedHosts(urls, config.allowedPrivateTargets);
  const judge = createMonitorJudge({ ...config.intervals, parseSchedule }, box, refused, errors);
  const sort = createSorter(judge, work);
  const counts: Counts = { created: 0, updated: 0, unchanged: 0 };
  const isWriting = () => !job.isDryRun && errors.count() === 0;
  await db.prisma.$transaction(async (tx) => {
    await lockImports(tx, job.scope);
    await openEdits(tx);
    const stored: StoredMonitor[] = [];
    const edited = new Map<number, MonitorDraft>();
    let rowsDone = work.skipped();
    for (const chunk of inChunks(drafts, CHUNK)) {
      const { fresh, edits } = await sort(chunk, await findMonitors(tx, job.scope, namesOf(chunk)));
      if (isWriting()) {
        stored.push(...(await insertMonitors(tx, job.scope, box, job.createdById, fresh)));
        await stageEdits(tx, box, edits);
      }
      for (const { draft, before } of edits) edited.set(before.id, draft);
      counts.created += fresh.length;
      rowsDone += chunk.length;
      note(rowsDone);
    }
    counts.updated = edited.size;
    if (counts.created > 0) await judgeRoom(tx, work, job.isDryRun ? counts.created : 0);
    if (isWriting()) {
      await startMonitors(tx, job.scope, stored);
      if (edited.size > 0) counts.updated = await writeStaged(tx, deps, work, judge, edited, stored.length);
    }
    counts.unchanged = drafts.length - counts.created - counts.updated;
    if (!isWriting()) throw new RolledBack(counts);
    await finishImport(tx, job, outcomeOf(work, counts));
  }, LIMITS);
}

function namesOf(chunk: readonly MonitorDraft[]) {
  const ids = chunk.flatMap(({ names }) => names.id ?? []);
  return {
    externalKeys: [...ids, ...chunk.flatMap(({ names }) => names.externalKey ?? [])],
    ids: ids.filter((id) => UUID.test(id)),
    urls: chunk.flatMap(({ names }) => names.url ?? []),
  };
}

type Edit = MonitorEdit & { draft: MonitorDraft };
type Sorted = { fresh: AnyMonitorInput[]; edits: Edit[] };

/** Tells new monitors from those that are there and differ. A monitor may stand in a file once. */
function createSorter(judge: MonitorJudge, { errors }: ImportWork) {
  const firstRows = new Map<string, number>();
  const claim = ({ row, names }: MonitorDraft, before: MonitorRow | undefined): boolean => {
    const mine = [names.externalKey ?? names.id, before && `monitor ${before.id}`].filter((name) => Boolean(name));
    const first = mine.map((name) => firstRows.get(String(name))).find((found) => found !== undefined);
    if (first !== undefined)
      errors.add(row, names.externalKey === null ? "id" : "external_key", `is in row ${first} already`);
    for (const name of mine) firstRows.set(String(name), first ?? row);
    return first === undefined;
  };

  return async function sort(chunk: readonly MonitorDraft[], known: readonly MonitorRow[]): Promise<Sorted> {
    const find = indexMonitors(known);
    const sorted: Sorted = { fresh: [], edits: [] };
    for (const [i, draft] of chunk.entries()) {
      if (i % ROWS_A_TURN === 0) await nextTurn();
      const before = find(draft);
      if (!claim(draft, before)) continue;
      if (before === undefined) {
        const input = judge.judgeNew(draft);
        if (input !== null) sorted.fresh.push(input);
      } else if (draft.names.url === null) {
        sorted.edits.push(...judgeEdit(judge, draft, before));
      }
    }
    return sorted;
  };
}

/** What differs, if anything does. */
function judgeEdit(judge: MonitorJudge, draft: MonitorDraft, before: MonitorRow): Edit[] {
  const change = judge.judgeChange(draft, before);
  return change === null || Object.keys(change).length === 0 ? [] : [{ draft, before, change }];
}

/** Finds a monitor by its key, else by its id here, else by the id that it had elsewhere, else by its address. */
function indexMonitors(known: readonly MonitorRow[]) {
  const byKey = new Map(known.map((row) => [row.externalKey, row]));
  const byId = new Map(known.map((row) => [row.publicId, row]));
  const byUrl = new Map(known.map((row) => [row.url, row]));
  return ({ names: { externalKey, id, url } }: MonitorDraft): MonitorRow | undefined => {
    const own = id === null ? undefined : (byId.get(id.toLowerCase()) ?? byKey.get(id));
    const keyed = externalKey === null ? undefined : byKey.get(externalKey);
    return keyed ?? own ?? (url === null ? undefined : byUrl.get(url));
  };
}

/** What was changed meanwhile is judged once more, when nobody else can change it. Answers how many were changed. */
async function writeStaged(
  tx: Transaction,
  { box }: Deps,
  { job, errors }: ImportWork,
  judge: MonitorJudge,
  edited: ReadonlyMap<number, MonitorDraft>,
  checkedBefore: number,
): Promise<number> {
  const stale = await lockEdits(tx);
  const again = stale.flatMap((before) => {
    const draft = edited.get(before.id);
    return draft === undefined ? [] : judgeEdit(judge, draft, before);
  });
  if (errors.count() > 0) return 0;
  await stageEdits(tx, box, again);
  return writeEdits(tx, job.scope, checkedBefore);
}

async function judgeRoom(tx: Transaction, { job, errors }: ImportWork, more: number): Promise<void> {
  try {
    await requireRoom(tx, job.scope.workspaceId, "monitors", more);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    errors.add(null, null, error.message);
  }
}
