import { setImmediate as nextTurn } from "node:timers/promises";
import { finishImport, type ClaimedImport } from "@pulsecheck/db/imports";
import {
  changeMonitors,
  findMonitors,
  insertMonitors,
  lockImports,
  lockMonitors,
  type Transaction,
} from "@pulsecheck/db/monitor-batches";
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

/** Adds and changes monitors, and ends the import, all in one transaction. Throws `RolledBack` where nothing may stay. */
export async function importMonitors(deps: Deps, work: ImportWork, drafts: readonly MonitorDraft[]): Promise<void> {
  const { config, db, box } = deps;
  const { job, errors, note } = work;
  const urls = drafts.map(({ fields }) => fields["url"]);
  const refused = await findRefusedHosts(urls, config.allowedPrivateTargets);
  const judge = createMonitorJudge({ ...config.intervals, parseSchedule }, box, refused, errors);
  const sort = createSorter(judge, work);
  const counts: Counts = { created: 0, updated: 0, unchanged: 0 };
  await db.prisma.$transaction(async (tx) => {
    await lockImports(tx, job.scope);
    let rowsDone = work.skipped();
    for (const chunk of inChunks(drafts, CHUNK)) {
      const known = await findMonitors(tx, job.scope, namesOf(chunk));
      const sorted = await sort(chunk, known);
      const written = job.isDryRun || errors.count() > 0 ? sorted : await write(tx, deps, job, judge, sorted);
      counts.created += sorted.fresh.length;
      counts.updated += written.edits.length;
      counts.unchanged += chunk.length - sorted.fresh.length - written.edits.length;
      rowsDone += chunk.length;
      note(rowsDone);
    }
    await judgeRoom(tx, work, job.isDryRun ? counts.created : 0);
    if (job.isDryRun || errors.count() > 0) throw new RolledBack(counts);
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

type Edit = { draft: MonitorDraft; before: MonitorRow };
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
      } else if (draft.names.url === null && hasFields(judge.judgeChange(draft, before))) {
        sorted.edits.push({ draft, before });
      }
    }
    return sorted;
  };
}

const hasFields = (change: object | null): boolean => change !== null && Object.keys(change).length > 0;

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

/** What differs is judged once more when nobody else can change it: only that is changed. */
async function write(
  tx: Transaction,
  { box }: Deps,
  job: ClaimedImport,
  judge: MonitorJudge,
  { fresh, edits }: Sorted,
): Promise<Sorted> {
  await insertMonitors(tx, job.scope, box, job.createdById, fresh);
  const locked = await lockMonitors(
    tx,
    edits.map(({ before }) => before.id),
  );
  const draftOf = new Map(edits.map(({ draft, before }) => [before.id, draft]));
  const written = locked.flatMap((before) => {
    const draft = draftOf.get(before.id);
    const change = draft === undefined ? null : judge.judgeChange(draft, before);
    return draft !== undefined && change !== null && hasFields(change) ? { draft, before, change } : [];
  });
  await changeMonitors(tx, box, written);
  return { fresh, edits: written };
}

async function judgeRoom(tx: Transaction, { job, errors }: ImportWork, more: number): Promise<void> {
  try {
    await requireRoom(tx, job.scope.workspaceId, "monitors", more);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    errors.add(null, null, error.message);
  }
}
