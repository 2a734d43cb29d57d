import { z } from "zod";
import { batteryPercent, silenceS } from "./device.ts";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { MEMBER_ROLES, ROLES } from "./role.ts";

/** Who gets the alerts, besides the workspace's alert addresses, which always do. */
export const alertAudienceSchema = z
  .enum(["creator", "members", "addresses_only"])
  .describe(
    "Who gets alerts: the monitor's creator, every member who may read, or neither. Alert addresses get them always",
  );

const name = z.string().trim().min(1).max(100);
const debounceMinutes = z
  .int()
  .min(0)
  .max(1_440)
  .nullable()
  .describe("A monitor sends a recipient at most one DOWN mail in so long; null: default_debounce_minutes");

/** What holds for devices that have no setting of their own. */
const deviceDefaults = {
  device_at_risk_after_s: silenceS.describe("Seconds of silence after which a device is AT_RISK"),
  device_offline_after_s: silenceS.describe("Seconds of silence after which it is OFFLINE"),
  device_battery_low: batteryPercent.describe("Percent of battery below which it is AT_RISK"),
  device_alerts: z.boolean().describe("Is an OFFLINE device told by mail?"),
};

export const workspaceSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES).describe("The caller's"),
    alert_audience: alertAudienceSchema,
    debounce_minutes: debounceMinutes,
    default_debounce_minutes: z.number().describe("This instance's EMAIL_DEBOUNCE_MINUTES"),
    ...deviceDefaults,
  })
  .meta({ id: "Workspace" });
/** A workspace as it is stored; `role` and the instance's default depend on who asks whom. */
export type WorkspaceView = Omit<z.infer<typeof workspaceSchema>, "role" | "default_debounce_minutes">;

export const workspaceChangeSchema = z
  .strictObject({ name, alert_audience: alertAudienceSchema, debounce_minutes: debounceMinutes, ...deviceDefaults })
  .partial();
export type WorkspaceChange = z.infer<typeof workspaceChangeSchema>;

/** So many shared workspaces may have one person as their ADMIN. */
export const WORKSPACES_AT_MOST = 50;

export const workspaceCreateSchema = z.strictObject({ name });

/** A workspace as one of somebody's. */
export const ownWorkspaceSchema = z
  .object({
    id: z.uuid().describe("What the header X-Workspace-Id names it by"),
    name: z.string(),
    role: z.enum(ROLES).describe("The caller's"),
    is_personal: z.boolean().describe("The caller's own, where requests go that name none"),
    members: z.int(),
    joined_at: z.iso.datetime().describe("When the caller became a member"),
  })
  .meta({ id: "OwnWorkspace" });
export type OwnWorkspaceView = z.infer<typeof ownWorkspaceSchema>;

const OWN_WORKSPACE_SORTS = ["is_personal", "joined_at", "name", "role"] as const;
export type OwnWorkspaceSort = (typeof OWN_WORKSPACE_SORTS)[number];

export const ownWorkspaceListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(OWN_WORKSPACE_SORTS, "-is_personal,joined_at"),
  role: z.enum(MEMBER_ROLES).optional(),
  q: textQuery("the name"),
});
export type OwnWorkspaceListQuery = z.infer<typeof ownWorkspaceListQuery>;
