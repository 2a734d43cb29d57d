import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "@pulsecheck/shared/environment";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { openTarget } from "../../../../tests/harness/target.ts";
import { root } from "../../../../scripts/launch/environment.ts";
import { insertDevice, insertSensor } from "./test-reporting.ts";

type Service = {
  image?: string;
  profiles?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, unknown>;
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };
type Job = {
  job_name: string;
  metrics_path?: string;
  authorization?: { credentials_file: string };
  static_configs: { targets: string[]; labels?: Record<string, string> }[];
};
type Prometheus = { rule_files: string[]; scrape_configs: Job[] };
type Rules = { groups: { rules: { expr: string; annotations: Record<string, string> }[] }[] };
type Target = { expr: string; legendFormat: string };
type Panel = { title: string; type: string; datasource?: { uid: string }; targets?: Target[] };
type Dashboard = { uid: string; panels: Panel[]; templating: { list: { name: string; definition: string }[] } };
type Provisioned = { datasources: { uid: string; url: string }[] };
type Providers = { providers: { options: { path: string } }[] };

const read = (path: string) => readFileSync(join(root, path), "utf8");
const readYaml = (path: string): unknown => parse(read(path), { merge: true });

const compose = readYaml("docker-compose.yml") as Compose;
const prometheus = readYaml("ops/prometheus/prometheus.yml") as Prometheus;
const rules = (readYaml("ops/prometheus/rules.yml") as Rules).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read("ops/grafana/dashboards/pulsecheck.json")) as Dashboard;
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
const variables = dashboard.templating.list;

/** Bind mounts of a service: the folder here by the folder in the container. */
function mountsOf(service: string): Map<string, string> {
  const mounts = (compose.services[service]?.volumes ?? []).filter((volume) => volume.startsWith("./"));
  expect(mounts.every((mount) => mount.endsWith(":ro"))).toBe(true);
  return new Map(
    mounts.map((mount) => {
      const [here = "", there = ""] = mount.split(":");
      return [there, here];
    }),
  );
}

/** Where a file of a container is in this checkout. */
function fileOf(service: string, path: string): string {
  const [there, here] = [...mountsOf(service)].find(([mounted]) => `${path}/`.startsWith(`${mounted}/`)) ?? [];
  if (there === undefined || here === undefined) throw new Error(`${path} is not mounted into ${service}`);
  return join(here, path.slice(there.length));
}

describe("docker-compose.yml", () => {
  test.each(["prometheus", "grafana"])("%s is there with the profile alone, pinned, for this machine only", (name) => {
    const { image, profiles, ports = [], volumes = [] } = compose.services[name] ?? {};
    expect(profiles).toEqual(["metrics"]);
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    for (const folder of mountsOf(name).values())
      expect([folder, existsSync(join(root, folder))]).toEqual([folder, true]);
    const named = volumes.filter((volume) => !volume.startsWith("./")).map((volume) => volume.split(":")[0]);
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
  });

  test("the services of PulseCheck itself need no profile", () => {
    const without = Object.keys(compose.services).filter((name) => compose.services[name]?.profiles === undefined);
    expect(without).toEqual(["postgres", "redis", "migrate", "api", "worker"]);
  });

  test("every variable of it is described in .env.example", () => {
    const asked = [...read("docker-compose.yml").matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name = ""]) => name);
    const described = new Set([...read(".env.example").matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name));
    expect(asked.filter((name) => !described.has(name))).toEqual([]);
  });

  test.each(["migrate", "api", "worker"])("%s is told every setting, but that it is not embedded", (name) => {
    const told = new Set(Object.keys(compose.services[name]?.environment ?? {}));
    expect(Object.keys(environment.shape).filter((setting) => !told.has(setting))).toEqual(["PULSECHECK_EMBEDDED"]);
  });
});

describe("Prometheus", () => {
  test("asks services that there are, on the port that they listen on, for paths that they serve", () => {
    expect(prometheus.scrape_configs.map(({ metrics_path = "/metrics" }) => metrics_path)).toEqual([
      "/metrics",
      "/api/v1/metrics",
    ]);
    expect(
      new Set(prometheus.scrape_configs.flatMap((job) => job.static_configs.flatMap((one) => one.targets))),
    ).toEqual(new Set(["api:8000"]));
    expect(compose.services["api"]?.ports).toEqual([expect.stringMatching(/:8000$/)]);
  });

  test("finds its rules; its key is a file in its mount that git ignores", () => {
    for (const file of prometheus.rule_files)
      expect(existsSync(join(root, fileOf("prometheus", `/etc/prometheus/${file}`)))).toBe(true);
    const [key = ""] = prometheus.scrape_configs.flatMap((job) => job.authorization?.credentials_file ?? []);
    expect(read(".gitignore").split("\n")).toContain(fileOf("prometheus", key));
  });
});

describe("Grafana", () => {
  test("finds its data source and the dashboard", () => {
    const [source] = (readYaml("ops/grafana/provisioning/datasources/prometheus.yml") as Provisioned).datasources;
    expect(new URL(source?.url ?? "").hostname in compose.services).toBe(true);
    const drawn = dashboard.panels.filter(({ type }) => type !== "row");
    expect(new Set(drawn.map(({ datasource }) => datasource?.uid))).toEqual(new Set([source?.uid]));
    const { providers } = readYaml("ops/grafana/provisioning/dashboards/pulsecheck.yml") as Providers;
    expect(providers.map(({ options }) => fileOf("grafana", options.path))).toEqual(["ops/grafana/dashboards"]);
    expect([...mountsOf("grafana").keys()]).toContain("/etc/grafana/provisioning");
  });

  test("the dashboard has the panels that the devices' users know, and no title twice", () => {
    const titles = dashboard.panels.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        "Device status overview",
        "Battery level trends",
        "Signal strength monitoring",
        "Heartbeat rate analysis",
      ]),
    );
    expect(new Set(titles).size).toBe(titles.length);
  });
});

/** A series as a selector names it: `name{label="value", ...}`. */
type Selector = { text: string; name: string; matchers: { label: string; operator: string; value: string }[] };

function selectorsOf(query: string): Selector[] {
  return [...query.matchAll(/([a-zA-Z_]\w*)\{([^}]*)\}/g)].map(([text, name = "", inner = ""]) => ({
    text,
    name,
    matchers: [...inner.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)].map(([, label = "", operator = "", value = ""]) => ({
      label,
      operator,
      value,
    })),
  }));
}

/** What others may lean on, whether or not our own dashboard does. */
const PROMISED = {
  instance: [
    "heartbeats_total",
    "devices",
    "device_sockets",
    "device_sweep_seconds",
    "sensor_readings_total",
    "readings_lag_seconds",
    "pings_total",
    "monitors",
    "incidents_open",
  ],
  workspace: [
    "heartbeats_total",
    "devices",
    "device_status",
    "device_battery_ratio",
    "device_signal_dbm",
    "device_last_heard_timestamp_seconds",
    "sensor_value",
    "monitors",
    "monitor_up",
    "monitor_latency_seconds",
    "incidents_open",
    "omitted",
  ],
};

describe("every series that is asked for is written", () => {
  let house: House;
  const written = { instance: "", workspace: "" };
  beforeAll(async () => {
    const target = await openTarget();
    house = await openHouse({ worker: false });
    const alice = await house.register("alice");
    const worker = await house.startWorker();
    await house.checkNow(alice, (await house.addMonitor(alice, { url: target.url })).id);
    // It adds what it counted, and leaves the devices as they are.
    await worker.stop();
    await target.stop();
    for (const status of ["ONLINE", "AT_RISK", "OFFLINE"]) await insertDevice(house, alice, status, { status });
    await insertSensor(house, alice, "boiler", 21.5);
    written.instance = String((await house.call("GET", "/metrics")).body);
    const token = await house.createKey(alice, "VIEWER");
    written.workspace = String((await house.call("GET", "/api/v1/metrics", { token })).body);
  });
  afterAll(() => house.stop());

  const asked = [
    ...rules.map(({ expr }) => expr),
    ...targets.map(({ expr }) => expr),
    ...variables.map((one) => one.definition),
  ];
  test.each(asked)("%s", (query) => {
    const selectors = selectorsOf(query);
    expect(selectors).not.toEqual([]);
    expect([...query.matchAll(/pulsecheck_\w+|\bup\b/g)]).toHaveLength(selectors.length);
    for (const { text, name, matchers } of selectors) {
      const isOfInstance = matchers.some(({ label, value }) => label === "job" && value === "pulsecheck");
      expect([text, isOfInstance || matchers.some(({ label }) => label === "workspace")]).toEqual([text, true]);
      if (name === "up") continue;
      const lines = (isOfInstance ? written.instance : written.workspace)
        .split("\n")
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      const own = matchers.filter(({ label }) => !["job", "workspace"].includes(label));
      const fits = (line: string) =>
        own.every(({ label, operator, value }) =>
          line.includes(operator === "=" ? `${label}="${value}"` : `${label}="`),
        );
      expect([text, lines.some(fits)]).toEqual([text, true]);
    }
  });

  test.each(targets)("the legend $legendFormat of $expr names labels that are kept", ({ expr, legendFormat }) => {
    const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    expect(kept).toEqual(expect.arrayContaining(named));
  });

  test.each(PROMISED.instance)("the operator's pulsecheck_%s, as promised", (name) => {
    expect(written.instance).toMatch(new RegExp(`^pulsecheck_${name}[{ ]`, "m"));
  });

  test.each(PROMISED.workspace)("a workspace's pulsecheck_%s, as promised", (name) => {
    expect(written.workspace).toMatch(new RegExp(`^pulsecheck_${name}[{ ]`, "m"));
  });
});
