import { LONGEST_INTERVAL_S, type IntervalRules } from "@pulsecheck/shared/monitor";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { API_BASE } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";

const BODY = "paths /api/v1/monitors post requestBody content application/json schema".split(" ");
const websiteSchema = z.object({
  properties: z.object({ url: z.unknown(), interval: z.object({ minimum: z.number(), default: z.number() }) }),
});
/** A new monitor is a website or a cron job, each with intervals of its own. */
const bodySchema = z.object({ anyOf: z.array(z.unknown()).default([]), oneOf: z.array(z.unknown()).default([]) });

/** The instance's rules for a website's intervals, as its own OpenAPI document tells them. */
export const intervalRulesQuery = queryOptions({
  queryKey: ["interval-rules"],
  async queryFn({ signal }): Promise<IntervalRules> {
    const answer = await fetch(`${API_BASE}/openapi.json`, { signal });
    const body = BODY.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      await answer.json(),
    );
    const { anyOf, oneOf } = bodySchema.parse(body);
    const website = [...anyOf, ...oneOf].find(hasUrl);
    const { minimum, default: usual } = websiteSchema.parse(website).properties.interval;
    return { minIntervalS: minimum, defaultIntervalS: usual };
  },
  staleTime: Infinity,
});

function hasUrl(shape: unknown): boolean {
  return z.object({ properties: z.object({ url: z.looseObject({}) }) }).safeParse(shape).success;
}

/** What is assumed until they are known: the API has the last word anyway. */
export const UNKNOWN_RULES: IntervalRules = { minIntervalS: 1, defaultIntervalS: 60 };

export function describeRules(rules: IntervalRules | undefined): string {
  if (rules === undefined) return "In whole seconds, up to 1 h.";
  const [least, most] = [rules.minIntervalS, LONGEST_INTERVAL_S].map((seconds) => formatDuration(seconds * 1_000));
  return `In whole seconds, from ${least} to ${most}.`;
}
