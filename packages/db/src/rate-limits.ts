import type { Pool } from "pg";
import type { Db } from "./client.ts";

export type RateLimitStore = {
  storeClient: Pool;
  storeType: "pool";
  tableName: string;
  tableCreated: true;
  clearExpiredByTimeout: false;
};

/** Where rate-limiter-flexible keeps its counters: it brings its own SQL, our migrations bring the table. */
export function rateLimitStore(db: Db): RateLimitStore {
  return {
    storeClient: db.pool,
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    clearExpiredByTimeout: false,
  };
}
