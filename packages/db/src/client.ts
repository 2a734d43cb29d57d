import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "./generated/client.ts";

/** The database as the rest of packages/db sees it: Prisma for everything, plain SQL on `pool` for batches. */
export type Db = {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  close(): Promise<void>;
};

export type DbOptions = {
  /** Largest number of connections. */
  poolSize?: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Told of connections that broke while idle; queries in flight reject by themselves. */
  onError(error: Error): void;
};

/** Opens nothing yet: the first query connects. */
export function openDb(url: string, { poolSize = 10, name, onError }: DbOptions): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: `pulsecheck ${name}`,
    connectionTimeoutMillis: 5_000,
    // A frozen process must not keep locks while it sleeps.
    idle_in_transaction_session_timeout: 15_000,
    statement_timeout: 60_000,
    // Few rows of many are what we ask for: by index, which on today's disks costs little more than reading on.
    options: "-c random_page_cost=1.1",
  });
  pool.on("error", onError);
  // A connection may break between two statements of a transaction, when nobody else listens: the next statement tells.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/** Runs `work` in one transaction on one connection: all of it is committed, or nothing. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away.
    const broken = await client.query("ROLLBACK").then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
}

/** Does the database refuse a value itself (PostgreSQL's error class 22), so that trying again would not help? */
export function isDataError(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith("22") === true;
}

/** Does the database answer? Rejects when it does not. */
export async function pingDb(db: Db): Promise<void> {
  await db.pool.query("SELECT 1");
}
