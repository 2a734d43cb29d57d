import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";

const MOST = 10_000_000;
const quota = (of: string) =>
  z.int().min(0).max(MOST).nullable().describe(`${of} that it may have; null: what the instance allows everybody`);

const quotas = {
  max_monitors: quota("Monitors"),
  max_devices: quota("Devices"),
  max_sensors: quota("Sensors"),
  max_members: quota("Members"),
};
export const quotaChangeSchema = z.strictObject(quotas).partial();
export type QuotaChange = z.infer<typeof quotaChangeSchema>;

const count = z.int();
/** A workspace as operators of the instance see it: how much is in it, and how much may be; nothing of what it is. */
export const operatorWorkspaceSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    created_at: z.iso.datetime(),
    owner_email: z.string().nullable().describe("Whose personal workspace it is; null: a shared one"),
    monitors: count,
    devices: count,
    sensors: count,
    members: count,
    heartbeats: count.describe("Of its devices, ever"),
    readings: count.describe("Of its sensors, ever"),
    ...quotas,
  })
  .meta({ id: "OperatorWorkspace" });
export type OperatorWorkspaceView = z.infer<typeof operatorWorkspaceSchema>;

/** How many of each a workspace may have that has no quota of its own; null: as many as it likes. */
export const quotaDefaultsSchema = z.object({
  max_monitors: count.nullable(),
  max_devices: count.nullable(),
  max_sensors: count.nullable(),
  max_members: count.nullable(),
});

const OPERATOR_WORKSPACE_SORTS = ["created_at", "name", "monitors", "devices", "sensors", "members"] as const;
export type OperatorWorkspaceSort = (typeof OPERATOR_WORKSPACE_SORTS)[number];

export const operatorWorkspaceListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(OPERATOR_WORKSPACE_SORTS, "-created_at"),
  is_personal: z.stringbool().optional().describe("Somebody's own; otherwise shared ones"),
  q: textQuery("the name or the owner's e-mail address"),
});
export type OperatorWorkspaceListQuery = z.infer<typeof operatorWorkspaceListQuery>;
