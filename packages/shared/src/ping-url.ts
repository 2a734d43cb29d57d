import { SECRET_MASK, type MonitorView } from "./monitor.ts";

const HIDDEN_PATH = `/ping/${SECRET_MASK}`;

/**
 * A monitor without the URL that its job pings: who knows it can ping, so only those who may write are shown it. Live
 * frames and the board go to everybody, so they never hold it.
 */
export function hidePingUrl<T extends Pick<MonitorView, "kind" | "url"> & { ping_id?: string | null }>(monitor: T): T {
  if (monitor.kind !== "cron") return monitor;
  return { ...monitor, url: HIDDEN_PATH, ...("ping_id" in monitor ? { ping_id: null } : {}) };
}
