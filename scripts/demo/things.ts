import { randomUUID } from "node:crypto";
import { z } from "zod";
import { createFleet } from "../simulate/fleet.ts";
import { ALERT_ADDRESSES, DEVICES, JOBS, PAGE_SLUG, SEED, SERVICES, type Service } from "./cast.ts";
import type { Company } from "./people.ts";
import type { Ports } from "./targets.ts";
import type { TemporaryApi } from "./temporary-api.ts";

const identified = z.object({ id: z.string() });
const keyed = z.object({ key: z.string() });

/** One that reported once, and then nobody heard of it. */
export const LOST_DEVICE = {
  device_id: "sim-device-lost",
  name: `Tracker ${DEVICES + 1}`,
  location: "Lisbon / Yard",
  battery_level: 4,
  signal_strength: -97,
};

export const urlOf = ({ path }: Service, { web, gateway }: Ports): string =>
  path === null ? `http://127.0.0.1:${gateway}/` : `http://127.0.0.1:${web}${path}`;

/** Everything that people make, made by them: so the audit log tells who did it. */
export async function makeThings(api: TemporaryApi, company: Company, ports: Ports) {
  const monitorIds = await makeMonitors(company, ports);
  const pingIds = await makeJobs(company);
  await makeStatusPage(company, monitorIds);
  await makeWindows(company, monitorIds);
  await makeAlerting(api, company);
  const fleetKey = await makeFleet(company);
  return { pingIds, fleetKey };
}

/** By name. */
async function makeMonitors({ admin, user }: Company, ports: Ports): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const service of SERVICES) {
    const { name, tags, intervalS, settings } = service;
    const voice = tags.includes("eu") ? admin : user;
    const body = { name, url: urlOf(service, ports), interval: intervalS, tags, ...settings };
    ids.set(name, identified.parse(await voice("POST", "/api/v1/monitors", body)).id);
  }
  await user("PATCH", `/api/v1/monitors/${ids.get("Product search")}`, { notes: "Slow while the index is refreshed." });
  await user("PATCH", `/api/v1/monitors/${ids.get("Help center")}`, { failure_threshold: 3 });
  await admin("PATCH", `/api/v1/monitors/${ids.get("Help center")}`, { failure_threshold: 2 });
  return ids;
}

async function makeJobs({ admin, user }: Company): Promise<Record<string, string>> {
  const pingIds: Record<string, string> = {};
  for (const { name, schedule, tags, notes } of JOBS) {
    const pingId = randomUUID();
    const body = { kind: "cron", name, schedule, grace_s: 600, longest_run_s: 900, ping_id: pingId, tags, notes };
    await (tags.includes("eu") ? admin : user)("POST", "/api/v1/monitors", body);
    pingIds[name] = pingId;
  }
  return pingIds;
}

async function makeStatusPage({ admin, user }: Company, ids: ReadonlyMap<string, string>): Promise<void> {
  const componentsOf = (group: Service["group"]) =>
    SERVICES.filter((one) => one.group === group).map(({ name }) => ({ monitor_id: ids.get(name) }));
  const page = {
    slug: PAGE_SLUG,
    title: "Example Shop",
    groups: (["Shop", "Platform"] as const).map((name) => ({ name, components: componentsOf(name) })),
  };
  const { id } = identified.parse(await user("POST", "/api/v1/status-pages", page));
  const description = "How the shop and what it stands on are doing. We write here when something is worked on.";
  await admin("PATCH", `/api/v1/status-pages/${id}`, { description, is_published: true });
}

async function makeWindows({ admin, user }: Company, ids: ReadonlyMap<string, string>): Promise<void> {
  await admin("POST", "/api/v1/maintenance-windows", {
    name: "Database maintenance",
    description: "Orders and payments may be gone for some minutes.",
    schedule: { kind: "weekly", weekdays: [7], time: "03:00", duration_s: 3_600, time_zone: "UTC" },
    targets: { monitor_ids: ["Payments API", "Orders API"].map((name) => ids.get(name)) },
  });
  await user("POST", "/api/v1/maintenance-windows", {
    name: "Deployments to staging",
    is_hidden: true,
    schedule: { kind: "weekly", weekdays: [2, 4], time: "14:00", duration_s: 5_400, time_zone: "Europe/Berlin" },
    targets: { tags: ["staging"] },
  });
}

async function makeAlerting({ db, sender, tokenOf }: TemporaryApi, { admin }: Company): Promise<void> {
  for (const email of ALERT_ADDRESSES) {
    const { id } = identified.parse(await admin("POST", "/api/v1/alert-addresses", { email }));
    const { tokenId } = await db.prisma.alertAddress.findUniqueOrThrow({ where: { id } });
    const token = tokenOf("VERIFY_ALERT_ADDRESS", tokenId ?? "");
    await sender.send("POST", "/auth/verify-alert-address", { token });
  }
}

/** The devices and sensors of the simulated fleet, and what people set of them. */
async function makeFleet({ admin, user }: Company): Promise<string> {
  const { devices, sensors } = createFleet({ devices: DEVICES, seed: SEED });
  const body = { name: "Fleet gateway", role: "INGEST" };
  const { key } = keyed.parse(await admin("POST", "/api/v1/api-keys", body));
  const heartbeats = devices.map(({ id, name, location, battery, signal }) => ({
    device_id: id,
    name,
    location,
    battery_level: Math.round(battery),
    signal_strength: Math.round(signal),
  }));
  await user("POST", "/api/v1/heartbeat", [...heartbeats, LOST_DEVICE]);
  const readings = sensors.map(({ id, quantity, location }) => ({
    sensor_id: id,
    value: quantity.center,
    unit: quantity.unit,
    metadata: { location },
  }));
  await user("POST", "/api/v1/sensors", readings);
  for (const [i, { id }] of devices.entries())
    await user("PATCH", `/api/v1/devices/${id}`, { tags: [i % 5 === 4 ? "staging" : "prod", "eu"] });
  for (const { id, quantity, location } of sensors) {
    const name = `${quantity.name.charAt(0).toUpperCase()}${quantity.name.slice(1)}, ${location}`;
    await user("PATCH", `/api/v1/sensors/${id}`, { name, location, tags: ["prod", "eu"] });
  }
  const [first] = sensors;
  if (first !== undefined) await admin("PATCH", `/api/v1/sensors/${first.id}`, TOO_WARM);
  return key;
}

const TOO_WARM = { above: 28, hysteresis: 1, min_duration_s: 60 };
