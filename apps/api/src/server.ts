import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve, type WebSocketServerLike } from "@hono/node-server";
import { endConnectionsOf } from "@pulsecheck/db/device-connections";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { WebSocketServer } from "ws";
import { setSensorWorkspace } from "@pulsecheck/db/instance-settings";
import { createApp } from "./app.ts";
import type { Deps } from "./context.ts";
import { startListening } from "./devices/listening.ts";
import { CONNECTION, CONNECTIONS_AT_MOST, SOCKETS } from "./http/limits.ts";
import { openHub } from "./live/hub.ts";
import { endLostUpgrades, isUpgrade, refuseUpgrades } from "./live/upgrades.ts";
import { startCounterReports } from "./operations/counter-reports.ts";

export type RunningApi = {
  /** Where it listens, such as http://127.0.0.1:8000. */
  url: string;
  /** Says goodbye to sockets, lets requests under way end, and closes. */
  stop(): Promise<void>;
};

export type SocketOptions = { pingEveryMs?: number };

/** Starts the API on the configured host and port (0: any free one). Rejects where it cannot listen. */
export async function startApi(deps: Deps, { pingEveryMs }: SocketOptions = {}): Promise<RunningApi> {
  const { sensorWorkspace } = deps.config;
  if (!(await setSensorWorkspace(deps.db, sensorWorkspace)))
    deps.log.warn(
      { workspace: sensorWorkspace },
      "SENSOR_WORKSPACE names no workspace; readings of unknown sensors are refused",
    );
  // Reports may come before any worker has kept house.
  await maintainPartitions(deps.db, new Date(), deps.config.retentionDays);
  const hub = await openHub(deps, pingEveryMs);
  const listener = await startListening(deps, hub.processId);
  const app = createApp(deps, hub);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: SOCKETS.longestMessage, perMessageDeflate: false });
  const { promise: listening, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const server = serve(
    {
      fetch: refuseUpgrades(app.fetch),
      hostname: deps.config.host,
      port: deps.config.port,
      // Made with noServer, which its type leaves optional.
      websocket: { server: sockets as unknown as WebSocketServerLike },
      serverOptions: { ...CONNECTION, shouldUpgradeCallback: isUpgrade },
    },
    resolve,
  ) as Server;
  endLostUpgrades(server);
  server.maxConnections = CONNECTIONS_AT_MOST;
  server.once("error", reject);
  const { port } = await listening;
  const counterReports = startCounterReports(deps);
  return {
    url: `http://${deps.config.host === "0.0.0.0" ? "127.0.0.1" : deps.config.host}:${port}`,
    async stop() {
      listener.stop();
      await hub.stop();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5_000).unref();
      });
      for (const client of sockets.clients) client.terminate();
      await sayGoodbye(deps, hub.processId);
      await counterReports.stop();
    },
  };
}

/** Nobody is to wait for the next process to find that this one's devices are gone. */
async function sayGoodbye({ db, broker, log }: Deps, processId: string): Promise<void> {
  try {
    await broker.bus.publish(await endConnectionsOf(db, processId));
  } catch (error) {
    log.warn({ err: error }, "connected devices could not be ended; another process finds them in a while");
  }
}
