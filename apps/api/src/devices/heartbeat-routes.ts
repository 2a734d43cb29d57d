import type { ReportOutcome } from "@pulsecheck/db/heartbeats";
import { fieldErrors } from "@pulsecheck/shared/field-errors";
import {
  HEARTBEATS_AT_MOST,
  heartbeatResultSchema,
  heartbeatSchema,
  type HeartbeatInput,
  type HeartbeatResultView,
} from "@pulsecheck/shared/device";
import { Refusal } from "@pulsecheck/shared/refusal";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import type { DeviceParts } from "./device-socket.ts";
import { reportOf } from "./report-of.ts";

const body = z.union([
  heartbeatSchema,
  z
    .array(z.unknown())
    .min(1)
    .max(HEARTBEATS_AT_MOST)
    .describe(
      "Heartbeats, each judged by itself: a bad one, or one of a device that reports too often, is refused in its result, and the others are taken",
    ),
]);

const send = defineRoute(
  "report",
  {
    method: "post",
    path: "/api/v1/heartbeat",
    tags: ["Devices"],
    request: { body: json(body) },
    responses: {
      202: json(z.union([heartbeatResultSchema, z.array(heartbeatResultSchema)]), "Written; one result each"),
    },
  },
  [409, 429, 503],
);

/** Where devices report. An unknown device is created by its first heartbeat. */
export function heartbeatRoutes({ committer, countReports }: Pick<DeviceParts, "committer" | "countReports">) {
  return createRouter().openapi(send, async (c) => {
    const input = c.req.valid("json");
    const { workspaceId } = c.get("scope");
    const items = (Array.isArray(input) ? input : [input]).map(judge);
    const reports = countByDevice(goodOf(items));
    if (reports.size === 0) throw refuseAll(items);
    const refused = await countReports(workspaceId, reports, c.get("clientAddress"));
    if (refused.size === reports.size) throw [...refused.values()][0];
    const judged = items.map((one) => refuseLimited(one, refused));
    const heardAt = Date.now();
    const outcomes = await committer.commit(
      goodOf(judged).map((one) => reportOf(one, { workspaceId, userId: c.get("principal").userId }, heardAt)),
    );
    const results = viewResults(judged, outcomes);
    if (Array.isArray(input)) return c.json(results, 202);
    const [only] = results;
    if (only === undefined || only.result === "refused") throw new Refusal(409, only?.detail ?? "It was refused.");
    return c.json(only, 202);
  });
}

type Judged = { heartbeat: HeartbeatInput } | { deviceId: string; refusal: Refusal };

function judge(item: unknown): Judged {
  const { success, data, error } = heartbeatSchema.safeParse(item);
  if (success) return { heartbeat: data };
  const errors = fieldErrors(error.issues);
  const detail = errors.map((one) => `${one.field}: ${one.detail}`).join("; ");
  const named = z.object({ device_id: z.string().max(200) }).safeParse(item);
  return { deviceId: named.data?.device_id ?? "", refusal: new Refusal(400, detail, { errors }) };
}

function goodOf(judged: readonly Judged[]): HeartbeatInput[] {
  return judged.flatMap((one) => ("heartbeat" in one ? one.heartbeat : []));
}

function countByDevice(good: readonly HeartbeatInput[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { device_id } of good) counts.set(device_id, (counts.get(device_id) ?? 0) + 1);
  return counts;
}

function refuseLimited(one: Judged, refused: ReadonlyMap<string, Refusal>): Judged {
  if (!("heartbeat" in one)) return one;
  const deviceId = one.heartbeat.device_id;
  const refusal = refused.get(deviceId);
  return refusal === undefined ? one : { deviceId, refusal };
}

/** Not one of a batch was good: bad input as a whole, with the place of each. */
function refuseAll(judged: readonly Judged[]): Refusal {
  const errors = judged.flatMap((one, i) =>
    "refusal" in one ? one.refusal.errors.map(({ field, detail }) => ({ field: `${i}.${field}`, detail })) : [],
  );
  return new Refusal(400, "Not one of these heartbeats can be taken.", { errors });
}

function viewResults(judged: readonly Judged[], outcomes: readonly ReportOutcome[]): HeartbeatResultView[] {
  let next = 0;
  return judged.map((one) => {
    if ("refusal" in one)
      return { device_id: one.deviceId, result: "refused", status: null, is_new: false, detail: one.refusal.message };
    const outcome = outcomes[next++];
    return {
      device_id: one.heartbeat.device_id,
      result: outcome?.result ?? "refused",
      status: outcome?.status ?? null,
      is_new: outcome?.isNew ?? false,
      detail: outcome?.detail ?? null,
    };
  });
}
