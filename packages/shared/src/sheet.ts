/** What a cell of a table holds: typed, so that a spreadsheet can count with it. A list is written with spaces between. */
export type Cell = string | number | boolean | Date | null;

/** A column of a table that is exported, or imported: its name in the first row, and what an item has in it. */
export type Column<Item> = { name: string; of: (item: Item) => Cell; isTime?: boolean };

/** What a spreadsheet takes for a formula begins so; in CSV a quote before it makes it text. */
const FORMULA_AFTER_QUOTES = /^'+[=+\-@\t\r\n\0|]/;

/** Puts one more quote before text that begins as a quoted formula does, so that it is told apart from one. */
export function keepQuotes(text: string): string {
  return FORMULA_AFTER_QUOTES.test(text) ? `'${text}` : text;
}

/** Takes away the quote that an export has put before a formula. */
export function unquoteFormula(text: string): string {
  return FORMULA_AFTER_QUOTES.test(text) ? text.slice(1) : text;
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
