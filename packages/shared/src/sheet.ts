/** What a cell of a table holds: typed, so that a spreadsheet can count with it. A list is written with spaces between. */
export type Cell = string | number | boolean | Date | null;

/** A column of a table that is exported, or imported: its name in the first row, and what an item has in it. */
export type Column<Item> = { name: string; of: (item: Item) => Cell; isTime?: boolean };

/**
 * Where a spreadsheet may find a formula: where a cell begins, and behind whatever begins one for who takes our commas for
 * text. The last group are the single quotes that stand before it already.
 */
const FORMULAS = /(^|[;\t\r\n])([ "]*)('*)(?=[=+\-@|])/g;

/** Puts a quote before what a spreadsheet would run as a formula, which makes it text. */
export function quoteFormulas(text: string): string {
  return text.replaceAll(FORMULAS, "$1$2'$3");
}

/** Takes away the quotes that `quoteFormulas` has put there. */
export function unquoteFormulas(text: string): string {
  return text.replaceAll(FORMULAS, (_, separator: string, between: string, quotes: string) =>
    [separator, between, quotes.slice(1)].join(""),
  );
}

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
