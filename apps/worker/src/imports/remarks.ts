import { REMARKS_KEPT, type ImportRemark } from "@pulsecheck/shared/import";

/** Remarks of one kind on a file: the first of them, and how many there are. */
export type Remarks = {
  readonly list: readonly ImportRemark[];
  count(): number;
  add(row: number | null, column: string | null, detail: string): void;
};

export function createRemarks(): Remarks {
  const list: ImportRemark[] = [];
  let count = 0;
  return {
    list,
    count: () => count,
    add(row, column, detail) {
      count += 1;
      if (list.length < REMARKS_KEPT) list.push({ row, column, detail });
    },
  };
}
