import {
  COUNTED_AT_MOST,
  parseSort,
  readCursor,
  writeCursor,
  type CountedPage,
  type ValueType,
} from "@pulsecheck/shared/list";
import type { Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";

/** What a list can be sorted by: an expression that is never NULL. */
export type Column = { sql: Prisma.Sql; type: ValueType };

/** A list as it stands in the database. */
type Keyset<Name extends string> = {
  select: Prisma.Sql;
  from: Prisma.Sql;
  where: readonly Prisma.Sql[];
  /** All that a sort may name, and the key. */
  columns: Record<Name, Column>;
  /** The column that no two rows share: it breaks ties, and falls where the last column of the sort falls. */
  key: NoInfer<Name>;
};

export type KeysetQuery = {
  sort: string;
  limit: number;
  cursor?: string | undefined;
  total?: boolean | undefined;
};

type Term = Column & { isFalling: boolean };
type Value = string | number | boolean | Date;
/** Beside what was selected, the values of a sort's columns and the key. */
type Found<Row> = { row: Row; values: Value[] };

const CASTS: Record<ValueType, Prisma.Sql> = {
  text: Prisma.sql`text`,
  time: Prisma.sql`timestamptz`,
  number: Prisma.sql`float8`,
  boolean: Prisma.sql`boolean`,
  integer: Prisma.sql`int`,
  bigint: Prisma.sql`bigint`,
  uuid: Prisma.sql`uuid`,
};

/**
 * A page of rows in the query's order. A cursor says behind which values the next page begins, so what is added or
 * removed between two pages moves no other row. Refuses (400) a cursor of another list.
 * @param show the rows as they are shown
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the list selects is known to its caller alone
export async function readPage<Row, View, Name extends string = string>(
  db: Db,
  list: Keyset<Name>,
  query: KeysetQuery,
  show: (rows: Row[]) => View[] | Promise<View[]>,
): Promise<CountedPage<View>> {
  const terms = termsOf(list, query.sort);
  const types = terms.map(({ type }) => type);
  const after = readCursor(query.cursor, query.sort, types);
  const [found, total] = await Promise.all([
    select<Row>(db, list, terms, after, query.limit + 1),
    query.total === true ? count(db, list) : undefined,
  ]);
  const page = found.slice(0, query.limit);
  const last = found.length > query.limit ? page.at(-1) : undefined;
  return {
    items: await show(page.map(({ row }) => row)),
    next_cursor: last ? writeCursor({ sort: query.sort, after: last.values.map(textOf) }) : null,
    ...(total === undefined ? {} : { total }),
  };
}

/** A list of things that their ids tell apart. */
type Things = Pick<Keyset<string>, "from" | "where"> & { columns: Record<string, Column> & { id: Column } };

/**
 * A page of things that are read with all that belongs to them once their ids are found.
 * @param read the things of these ids, in any order, each with its id
 */
export async function readThings<Id, View>(
  db: Db,
  list: Things,
  query: KeysetQuery,
  read: (ids: Id[]) => Promise<(readonly [Id, View])[]>,
): Promise<CountedPage<View>> {
  const keyed = { ...list, select: Prisma.sql`${list.columns.id.sql} AS id`, key: "id" };
  return readPage(db, keyed, query, async (found: { id: Id }[]) => {
    const ids = found.map(({ id }) => id);
    const views = new Map(await read(ids));
    // Without those that are gone meanwhile.
    return ids.flatMap((id) => views.get(id) ?? []);
  });
}

/** A condition of a list, where its query asks for it. */
export function given<T>(value: T | undefined, condition: (value: T) => Prisma.Sql): Prisma.Sql[] {
  return value === undefined ? [] : [condition(value)];
}

/** `from` and `to` of a query. */
export function within(at: Prisma.Sql, { from, to }: { from?: Date | undefined; to?: Date | undefined }): Prisma.Sql[] {
  return [...given(from, (time) => Prisma.sql`${at} >= ${time}`), ...given(to, (time) => Prisma.sql`${at} < ${time}`)];
}

/** One of these columns has the text in it; its percent signs and underscores stand for themselves. */
export function hasText(text: string, ...columns: readonly Prisma.Sql[]): Prisma.Sql {
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  const conditions = columns.map((column) => Prisma.sql`${column} ILIKE ${pattern}`);
  return Prisma.sql`(${Prisma.join(conditions, " OR ")})`;
}

function termsOf<Name extends string>({ columns, key }: Keyset<Name>, sort: string): Term[] {
  const asked = parseSort(sort);
  const isKeyAsked = asked.some(({ column }) => column === key);
  const all = isKeyAsked ? asked : [...asked, { column: key, isFalling: asked.at(-1)?.isFalling ?? false }];
  return all.map(({ column, isFalling }) => ({ ...columns[column as Name], isFalling }));
}

async function select<Row>(
  { pool }: Db,
  list: Keyset<string>,
  terms: readonly Term[],
  after: readonly string[] | null,
  limit: number,
): Promise<Found<Row>[]> {
  const values = terms.map(({ sql }, i) => Prisma.sql`${sql} AS ${Prisma.raw(`"@${i}"`)}`);
  const where = after === null ? list.where : [...list.where, beyond(terms, after)];
  const order = terms.map(({ sql, isFalling }) => Prisma.sql`${sql} ${Prisma.raw(isFalling ? "DESC" : "ASC")}`);
  const { text, values: parameters } = Prisma.sql`
    SELECT ${list.select}, ${Prisma.join(values)} FROM ${list.from}
    WHERE ${Prisma.join([...where], " AND ")} ORDER BY ${Prisma.join(order)} LIMIT ${limit}`;
  const { rows } = await pool.query<Row & Record<`@${number}`, Value>>(text, parameters);
  return rows.map(({ "@0": first, "@1": second, "@2": third, "@3": fourth, ...row }) => ({
    row: row as Row,
    values: [first, second, third, fourth].filter((value) => value !== undefined),
  }));
}

/**
 * The rows behind these values. Columns next to each other that go the same way are one comparison of rows, which an
 * index answers; where the direction turns, what is equal so far is compared by the rest.
 */
function beyond(terms: readonly Term[], after: readonly string[]): Prisma.Sql {
  const turn = terms.findIndex(({ isFalling }) => isFalling !== terms[0]?.isFalling);
  const run = turn < 0 ? terms : terms.slice(0, turn);
  const here = Prisma.join(run.map(({ sql }) => sql));
  const there = Prisma.join(run.map(({ type }, i) => Prisma.sql`${after[i]}::${CASTS[type]}`));
  const beyondIt = Prisma.raw(terms[0]?.isFalling === true ? "<" : ">");
  const isBehind = Prisma.sql`(${here}) ${beyondIt} (${there})`;
  if (turn < 0) return isBehind;
  const rest = beyond(terms.slice(turn), after.slice(turn));
  return Prisma.sql`((${here}) ${beyondIt}= (${there}) AND (${isBehind} OR ${rest}))`;
}

/** How many rows there are on all pages; null for more than are counted. */
async function count({ pool }: Db, { from, where }: Keyset<string>): Promise<number | null> {
  const { text, values } = Prisma.sql`
    SELECT count(*)::int AS total FROM (
      SELECT FROM ${from} WHERE ${Prisma.join([...where], " AND ")} LIMIT ${COUNTED_AT_MOST + 1}) AS counted`;
  const { rows } = await pool.query<{ total: number }>(text, values);
  const total = rows[0]?.total ?? 0;
  return total > COUNTED_AT_MOST ? null : total;
}

function textOf(value: Value): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
