import { LONGEST_INTERVAL_S, type IntervalRules } from "@pulsecheck/shared/monitor";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { API_BASE } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";

const INTERVAL = "paths /api/v1/monitors post requestBody content application/json schema properties interval".split(
  " ",
);
const intervalSchema = z.object({ minimum: z.number(), default: z.number() });

/** The instance's rules for intervals, as its own OpenAPI document tells them. */
export const intervalRulesQuery = queryOptions({
  queryKey: ["interval-rules"],
  async queryFn({ signal }): Promise<IntervalRules> {
    const answer = await fetch(`${API_BASE}/openapi.json`, { signal });
    const found = INTERVAL.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      await answer.json(),
    );
    const { minimum, default: usual } = intervalSchema.parse(found);
    return { minIntervalS: minimum, defaultIntervalS: usual };
  },
  staleTime: Infinity,
});

/** What is assumed until they are known: the API has the last word anyway. */
export const UNKNOWN_RULES: IntervalRules = { minIntervalS: 1, defaultIntervalS: 60 };

export function describeRules(rules: IntervalRules | undefined): string {
  if (rules === undefined) return "In whole seconds, up to 1 h.";
  const [least, most] = [rules.minIntervalS, LONGEST_INTERVAL_S].map((seconds) => formatDuration(seconds * 1_000));
  return `In whole seconds, from ${least} to ${most}.`;
}
