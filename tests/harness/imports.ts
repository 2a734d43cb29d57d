import type { ImportKind, ImportView } from "@pulsecheck/shared/import";
import { expect } from "vitest";
import type { Answer, Caller, Person } from "./caller.ts";

const TYPES: Record<ImportKind, string> = {
  monitors_csv: "text/csv",
  readings_csv: "text/csv",
  uptime_kuma: "application/json",
  url_list: "text/plain",
};

/** Sends a file to be imported, as a client does. */
export async function sendFile(
  house: Pick<Caller, "call">,
  { token }: Pick<Person, "token">,
  kind: ImportKind,
  file: string | Uint8Array<ArrayBuffer>,
  query = "",
): Promise<Answer> {
  const headers = { "Content-Type": TYPES[kind] };
  return house.call("POST", `/api/v1/imports?kind=${kind}${query}`, { token, headers, raw: file });
}

/** Waits for what becomes of an import. */
export async function awaitImport(
  house: Pick<Caller, "call">,
  { token }: Pick<Person, "token">,
  id: string,
  timeout = 60_000,
): Promise<ImportView> {
  let view: ImportView | null = null;
  const isOver = async () => {
    view = (await house.call("GET", `/api/v1/imports/${id}`, { token })).body as ImportView;
    return view.finished_at !== null;
  };
  await expect.poll(isOver, { timeout, interval: 100 }).toBe(true);
  if (view === null) throw new Error("there is no such import");
  return view;
}

/** Sends a file and waits for what becomes of it. */
export async function importFile(
  house: Pick<Caller, "call">,
  person: Pick<Person, "token">,
  kind: ImportKind,
  file: string | Uint8Array<ArrayBuffer>,
  query = "",
): Promise<ImportView> {
  const { status, body } = await sendFile(house, person, kind, file, query);
  expect([status, body.detail]).toEqual([201, undefined]);
  return awaitImport(house, person, body.id);
}

/** What became of the rows, in one line: `DONE +created ~updated =unchanged -skipped !errors`. */
export function countsOf({ state, created, updated, unchanged, skipped, error_count }: ImportView): string {
  return `${state} +${created} ~${updated} =${unchanged} -${skipped} !${error_count}`;
}

/** What was said of rows: `row column: detail`. */
export function remarksOf({ errors, warnings }: ImportView): string[] {
  return [...errors, ...warnings].map(({ row, column, detail }) => `${row} ${column}: ${detail}`);
}

/** Where something was said, without what. */
export function placesOf(view: ImportView): string[] {
  return remarksOf(view).map((one) => one.slice(0, one.indexOf(":")));
}

export const csv = (...rows: string[]): string => rows.join("\n");
