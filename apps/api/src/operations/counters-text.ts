import { HEARTBEAT_RESULTS } from "@pulsecheck/shared/device";
import { PING_KINDS } from "@pulsecheck/shared/ping";

type Known = { help: string; from: readonly string[] };

/** What is counted, and the labels that are shown from the start: a rate needs a zero to begin with. */
const COUNTERS: Record<string, Known> = {
  checks_total: { help: "Checks by kind and outcome", from: [] },
  deliveries_total: {
    help: "Messages by kind and outcome",
    from: ["down", "up", "verify_email", "reset_password", "verify_alert_address"].flatMap((kind) => [
      `kind="${kind}",outcome="sent"`,
      `kind="${kind}",outcome="rejected"`,
    ]),
  },
  heartbeats_total: {
    help: "Heartbeats of devices by what became of them",
    from: HEARTBEAT_RESULTS.map((result) => `result="${result}"`),
  },
  own_network_outages_total: { help: "Times that a worker thought that its own network was gone", from: [] },
  pings_total: {
    help: "Pings of cron jobs by kind",
    from: PING_KINDS.map((kind) => `kind="${kind}"`),
  },
  results_lost_total: { help: "Results of checks that could not be kept until the database was back", from: [""] },
  sensor_readings_total: { help: "Readings of sensors that were judged and told", from: [""] },
};

/** The instance's counters in Prometheus' text format. */
export function writeCounters(counted: readonly { name: string; labels: string; value: number }[]): string {
  const values = Map.groupBy(counted, ({ name }) => name);
  return [...new Set([...Object.keys(COUNTERS), ...values.keys()])]
    .map((name) => {
      const { help, from } = COUNTERS[name] ?? { help: "Counted by this instance", from: [] };
      const series = new Map(from.map((labels) => [labels, 0]));
      for (const { labels, value } of values.get(name) ?? []) series.set(labels, value);
      const lines = [...series].map(([labels, value]) => `pulsecheck_${name}${labels && `{${labels}}`} ${value}\n`);
      return `# HELP pulsecheck_${name} ${help}\n# TYPE pulsecheck_${name} counter\n${lines.join("")}`;
    })
    .join("");
}
