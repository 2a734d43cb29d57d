import { analyse } from "@pulsecheck/db/analytics";
import { analyticsQuery, analyticsSchema, type Analysed } from "@pulsecheck/shared/analytics";
import { closeRange, ROLLED_UP_DAYS } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const WHAT: Readonly<Record<Analysed, string>> = {
  latency: "Latencies of monitors, and their uptime",
  readings: "Values of sensors",
  battery: "Batteries of devices, in percent",
  signal: "Signals of devices, in dBm",
};

/** What was measured over any range, put together. */
export function analyticsRoutes() {
  const router = createRouter();
  for (const [of, what] of Object.entries(WHAT) as [Analysed, string][]) {
    const route = defineRoute(
      "read",
      {
        method: "get",
        path: `/api/v1/analytics/${of}`,
        tags: ["Analytics"],
        request: { query: analyticsQuery(of) },
        responses: { 200: json(analyticsSchema, `${what}: whole, by bucket and by category`) },
      },
      [404],
    );
    router.openapi(route, async (c) => {
      const query = c.req.valid("query");
      const range = closeRange(query, new Date(), ROLLED_UP_DAYS);
      return c.json(await analyse(c.get("scope"), of, { ...query, ...range }), 200);
    });
  }
  return router;
}
