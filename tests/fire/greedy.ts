import pg from "pg";

/** Takes every connection that a server has, those of the service included, until the answer is called. */
export async function takeAllConnections(url: string): Promise<() => Promise<void>> {
  const held: pg.Client[] = [];
  const takeOne = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url, application_name: "greedy" });
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch {
      return false;
    }
    held.push(client);
    return true;
  };
  while (await takeOne());
  for (;;) {
    // Whatever the service still has, or gets in between, is taken away from it.
    const ended = await held[0]?.query(
      // One that is only just connecting has no name yet.
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'greedy'",
    );
    if (ended?.rowCount === 0) break;
    while (await takeOne());
  }
  return async () => {
    await Promise.all(held.map((client) => client.end()));
  };
}
