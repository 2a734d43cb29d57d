/** The database's clock, as far as this process knows it: due times are judged by one clock, not by each machine's. */
export type DatabaseClock = {
  now(): Date;
  /** Sets the clock by a time that the database has just told. */
  learn(databaseNow: Date): void;
};

export function createDatabaseClock(): DatabaseClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    learn(databaseNow) {
      offsetMs = databaseNow.getTime() - Date.now();
    },
  };
}
