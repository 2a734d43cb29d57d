import { join } from "node:path";
import { type RunningPostgres, startPostgres } from "../servers/postgres.ts";

const WATCH_EVERY_MS = 2000;

/** Starts the embedded PostgreSQL of a folder and keeps it there: a postmaster that dies comes back on the same port. */
export async function keepDatabase(folder: string): Promise<Pick<RunningPostgres, "url" | "stop">> {
  const dataDir = join(folder, "postgres");
  const first = await startPostgres({ dataDir });
  let isStopping = false;
  let revival: Promise<unknown> = Promise.resolve();

  const revive = async (): Promise<void> => {
    if (isStopping || (await first.isRunning())) return;
    console.error("pulsecheck: PostgreSQL ended unexpectedly, starting it again");
    await startPostgres({ dataDir, port: first.port });
  };
  const watch = setInterval(() => {
    revival = revival.then(revive).catch((error: unknown) => console.error(`pulsecheck: ${String(error)}`));
  }, WATCH_EVERY_MS);

  return {
    url: first.url,
    stop: async () => {
      isStopping = true;
      clearInterval(watch);
      await revival;
      await first.stop();
    },
  };
}
