import { connect, createServer, type Socket } from "node:net";
import { listen } from "./target.ts";

/** A network cable between a client and a server, to be pulled out. */
export type Wire = {
  url: string;
  /** Breaks every connection, and lets no new one through. */
  cut(): void;
  mend(): void;
  /** Lets nothing through any more, and says nothing of it: no connection ends. */
  hush(): void;
  stop(): Promise<void>;
};

/** Lays a wire to the server at `url`. */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        ends.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const own = await listen(server);
  return {
    url: `http://127.0.0.1:${own}`,
    cut() {
      isCut = true;
      for (const end of ends) end.destroy();
    },
    mend() {
      isCut = false;
    },
    hush() {
      for (const end of ends) end.unpipe().pause();
    },
    async stop() {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
