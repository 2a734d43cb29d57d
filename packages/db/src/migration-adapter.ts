import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, DriverAdapterError } from "@prisma/driver-adapter-utils";
import pg from "pg";

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;

// PostgreSQL's internal "char" (of its catalogue) and the ordinary one, by type id.
const INTERNAL_CHAR = 18;
const ORDINARY_CHAR = 1042;

// Prisma's adapter refuses the internal type, which the engine's look at the catalogue answers with and wants to get
// as a character.
function teachInternalChar(adapter: Adapter): void {
  const pool = adapter.underlyingDriver();
  const charColumns = new WeakMap<unknown[], number[]>();
  const query = pool.query.bind(pool);
  const queryRaw = adapter.queryRaw.bind(adapter);
  const patchedQuery = async (config: pg.QueryConfig): Promise<pg.QueryResult> => {
    const result = await query(config);
    const fields = result.fields ?? [];
    const columns = [...fields.keys()].filter((i) => fields[i]?.dataTypeID === INTERNAL_CHAR);
    for (const field of fields) {
      if (field.dataTypeID === INTERNAL_CHAR) field.dataTypeID = ORDINARY_CHAR;
    }
    if (Array.isArray(result.rows)) charColumns.set(result.rows, columns);
    return result;
  };
  Object.assign(pool, { query: patchedQuery });
  adapter.queryRaw = async (config) => {
    const result = await queryRaw(config);
    for (const column of charColumns.get(result.rows) ?? []) {
      result.columnTypes[column] = ColumnTypeEnum.Character;
    }
    return result;
  };
}

function toAdapterError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new DriverAdapterError({
    kind: "postgres",
    code: error.code ?? "",
    severity: error.severity ?? "ERROR",
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}

// Prisma's adapter cuts a script at every ";", those in comments, strings and function bodies included. Sent whole,
// Postgres reads it itself, and a migration applies completely or not at all.
/** Prisma's adapter, as its schema engine needs it. Close it when the engine is done. */
export class EnginePg extends PrismaPg {
  readonly #open: { dispose(): Promise<void> }[] = [];

  override async connect(): ReturnType<PrismaPg["connect"]> {
    const adapter = await super.connect();
    this.#open.push(adapter);
    teachInternalChar(adapter);
    adapter.executeScript = async (script) => {
      await adapter
        .underlyingDriver()
        .query(script)
        .catch((error: unknown) => {
          throw toAdapterError(error);
        });
    };
    return adapter;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((adapter) => adapter.dispose()));
  }
}
