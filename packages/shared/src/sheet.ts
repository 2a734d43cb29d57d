/** What a cell of a table holds: typed, so that a spreadsheet can count with it. A list is written with spaces between. */
export type Cell = string | number | boolean | Date | null;

/** A column of a table that is exported, or imported: its name in the first row, and what an item has in it. */
export type Column<Item> = { name: string; of: (item: Item) => Cell; isTime?: boolean };

/** Columns whose cells are fields of the same name, as they are. */
export function fields<const Name extends string>(...names: readonly Name[]): Column<Readonly<Record<Name, Cell>>>[] {
  return names.map((name) => ({ name, of: (item) => item[name] }));
}

/** Columns whose cells are fields of the same name, each an instant in ISO 8601. */
export function times<const Name extends string>(
  ...names: readonly Name[]
): Column<Readonly<Record<Name, string | null>>>[] {
  return names.map((name) => ({
    name,
    of: (item) => {
      const at = item[name];
      return at === null ? null : new Date(at);
    },
    isTime: true,
  }));
}
