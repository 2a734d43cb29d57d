import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";

/** What a file may be. */
export const IMPORT_KINDS = ["monitors_csv", "readings_csv", "uptime_kuma", "url_list"] as const;
export const importKindSchema = z.enum(IMPORT_KINDS);
export type ImportKind = z.infer<typeof importKindSchema>;

export const IMPORT_STATES = ["QUEUED", "RUNNING", "DONE", "FAILED"] as const;

/** The largest file, in bytes, and how many rows it may have. */
export const LARGEST_IMPORT_BYTES = 33_554_432;
export const IMPORT_ROWS_AT_MOST = 50_000;
/** How many remarks of one kind are kept: who has more of them needs another file. */
export const REMARKS_KEPT = 1_000;
/** Imports of a workspace that may wait or run, and finished ones that are remembered. */
export const IMPORTS_WAITING_AT_MOST = 5;
export const IMPORTS_KEPT = 100;

const count = z.int();
const remark = z.object({
  row: z.int().nullable().describe("As in the file, the first row being 1; null: it is about the file"),
  column: z.string().nullable(),
  detail: z.string(),
});
/** What is wrong, or was passed over, and where. */
export type ImportRemark = z.infer<typeof remark>;

const progress = {
  id: z.uuid(),
  kind: importKindSchema,
  state: z.enum(IMPORT_STATES),
  is_dry_run: z.boolean().describe("Judged to the end, and nothing written"),
  rows: count.nullable().describe("Null before they are counted"),
  rows_done: count,
};
/** What dashboards are told while an import runs. */
export type ImportProgress = z.infer<z.ZodObject<typeof progress>>;

const summary = {
  ...progress,
  name: z.string().describe("Of the file"),
  created: count,
  updated: count,
  unchanged: count.describe("Rows that are there already, as they are"),
  skipped: count.describe("Rows that PulseCheck has no place for; `warnings` says why"),
  error_count: count,
  warning_count: count,
  user_id: z.uuid(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
};

export const importSummarySchema = z.object(summary).meta({ id: "ImportSummary" });
export type ImportSummary = z.infer<typeof importSummarySchema>;

export const importSchema = importSummarySchema
  .extend({
    errors: z.array(remark).describe(`The first ${REMARKS_KEPT}: with one of them nothing is written`),
    warnings: z.array(remark).describe(`The first ${REMARKS_KEPT}`),
  })
  .meta({ id: "Import" });
export type ImportView = z.infer<typeof importSchema>;

/** Query of `POST /imports`, whose body is the file. */
export const importCreateQuery = z.strictObject({
  kind: importKindSchema,
  dry_run: z.stringbool().default(false),
  name: z.string().trim().min(1).max(200).optional().describe("Of the file"),
});
export type ImportCreateQuery = z.output<typeof importCreateQuery>;

const IMPORT_SORTS = ["created_at", "name", "kind", "state"] as const;
export type ImportSort = (typeof IMPORT_SORTS)[number];

export const importListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(IMPORT_SORTS, "-created_at"),
  kind: importKindSchema.optional(),
  state: z.enum(IMPORT_STATES).optional(),
  is_dry_run: z.stringbool().optional(),
  q: textQuery("the file's name"),
});
export type ImportListQuery = z.infer<typeof importListQuery>;
