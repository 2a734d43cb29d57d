import { onTestFinished } from "vitest";
import type { Person } from "./caller.ts";
import { openHouse, type House, type HouseOptions } from "./house.ts";
import { joinLive, type LiveClient, type SocketOptions } from "./live-client.ts";

/** A house of the test's own, alice in it, and what reports with her key. */
export async function openFleet(options: HouseOptions) {
  const house = await openHouse(options);
  onTestFinished(() => house.stop());
  const alice = await house.register("alice");
  const key = await house.createKey(alice, "INGEST");
  const report = (json: unknown) => house.call("POST", "/api/v1/heartbeat", { token: key, json });
  return { house, alice, key, report };
}

/** A socket of this process on which devices may speak. */
export async function openDeviceSocket(
  { url }: Pick<House, "url">,
  key: string,
  options?: SocketOptions,
): Promise<LiveClient> {
  const client = await joinLive(`${url}/api/v1/ws/device`, { Authorization: `Bearer ${key}` }, options);
  onTestFinished(() => client.close());
  return client;
}

export async function openDashboard({ url }: House, { token }: Person): Promise<LiveClient> {
  const client = await joinLive(`${url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${token}` });
  onTestFinished(() => client.close());
  await client.ofType("snapshot");
  return client;
}

/** Have all devices been silent for so much longer. */
export const age = ({ db }: House, seconds: number) =>
  db.pool.query(
    `UPDATE device_states SET last_heard_at = last_heard_at - $1 * interval '1 second', look_at = least(look_at, now())`,
    [seconds],
  );

/** Listening began long ago, and has no gap. */
export const listenFor = ({ db }: House, seconds: number) =>
  db.pool.query("UPDATE listening SET since = now() - $1 * interval '1 second'", [seconds]);

/** What happened to a device, as letters: (o)nline, at (r)isk, offline (x), (c)onnected, (d)isconnected. */
export const eventsOf = async ({ db }: House, deviceId: string) => {
  const { rows } = await db.pool.query<{ type: string }>(
    `SELECT e.event_type::text AS type FROM device_events e JOIN devices d ON d.id = e.device_key WHERE d.device_id = $1 ORDER BY e.at, e.id`,
    [deviceId],
  );
  return rows.map(({ type }) => type).join("");
};

export const countConnected = ({ db }: House): Promise<number> =>
  db.prisma.deviceState.count({ where: { connectionId: { not: null } } });
