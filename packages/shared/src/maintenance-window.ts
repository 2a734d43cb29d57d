import { z } from "zod";
import type { ParsedSchedule } from "./cron-fields.ts";
import { deviceIdSchema } from "./device.ts";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { timeZone } from "./time-zone.ts";

/** How many windows a workspace may have, and how much one may name. */
export const MAINTENANCE_WINDOWS = { perWorkspace: 100, subjects: 500, tags: 50 } as const;

const SHORTEST_S = 60;
const LONGEST_S = 7 * 86_400;
const LONGEST_ONCE_MS = 90 * 86_400_000;

/** `active`: an occurrence is on. `past`: none is on and none will come. */
export const WINDOW_STATES = ["upcoming", "active", "past"] as const;
export type WindowState = (typeof WINDOW_STATES)[number];

/** Who can read a cron expression: the dashboard leaves that to the API. */
export type WindowRules = { parseSchedule: (text: string) => ParsedSchedule };

const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) < Date.UTC(2200, 0), "must be before the year 2200")
  .transform((text) => new Date(text).toISOString());
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 02:30");
const weekday = z.int().min(1).max(7);
const dayOfMonth = z.union([z.int().min(1).max(31), z.literal("last")], "must be 1 to 31, or last");

function unique<T extends z.ZodType>(item: T, most: number) {
  return z
    .array(item)
    .min(1)
    .max(most)
    .transform((list) => [...new Set(list)]);
}

const recurring = {
  duration_s: z
    .int()
    .min(SHORTEST_S)
    .max(LONGEST_S)
    .describe("How long it lasts, in seconds, also where clocks change"),
  time_zone: timeZone.default("UTC").describe("By whose clocks it begins, such as Europe/Berlin"),
  from: instant.nullable().default(null).describe("None begins before it; null: from now on"),
  until: instant.nullable().default(null).describe("None begins at it or after; null: for good"),
};

function isOrdered({ from, until }: { from: string | null; until: string | null }): boolean {
  return from === null || until === null || from < until;
}

const ORDER = { path: ["until"], message: "must be after from" };

const once = z
  .strictObject({ kind: z.literal("once"), starts_at: instant, ends_at: instant })
  .refine(({ starts_at, ends_at }) => starts_at < ends_at, { path: ["ends_at"], message: "must be after starts_at" })
  .refine(({ starts_at, ends_at }) => Date.parse(ends_at) - Date.parse(starts_at) <= LONGEST_ONCE_MS, {
    path: ["ends_at"],
    message: "must be at most 90 days after starts_at",
  });
const daily = z.strictObject({ kind: z.literal("daily"), time: timeOfDay, ...recurring }).refine(isOrdered, ORDER);
const weekly = z
  .strictObject({
    kind: z.literal("weekly"),
    weekdays: unique(weekday, 7).describe("1 is Monday, 7 is Sunday"),
    time: timeOfDay,
    ...recurring,
  })
  .refine(isOrdered, ORDER);
const monthly = z
  .strictObject({
    kind: z.literal("monthly"),
    days: unique(dayOfMonth, 32).describe("Days of the month; one that a month does not have is left out there"),
    time: timeOfDay,
    ...recurring,
  })
  .refine(isOrdered, ORDER);

function scheduleOf(expression: z.ZodType<string>) {
  const cron = z
    .strictObject({
      kind: z.literal("cron"),
      expression: expression.describe("A cron expression, such as `0 2 * * 1-5` or `@weekly`"),
      ...recurring,
    })
    .refine(isOrdered, ORDER);
  return z.discriminatedUnion("kind", [once, daily, weekly, monthly, cron]);
}

/** When a window is open: once, or again and again. */
export function windowScheduleSchema({ parseSchedule }: WindowRules) {
  const expression = z.string().transform((text, context) => {
    const parsed = parseSchedule(text);
    if (parsed.ok) return parsed.schedule;
    context.addIssue({ code: "custom", message: parsed.detail });
    return z.NEVER;
  });
  return scheduleOf(expression);
}

const storedSchedule = scheduleOf(z.string());
export type WindowSchedule = z.infer<typeof storedSchedule>;

const targets = z
  .strictObject({
    everything: z.boolean().default(false),
    monitor_ids: z.array(z.uuid().toLowerCase()).max(MAINTENANCE_WINDOWS.subjects).default([]),
    device_ids: z.array(deviceIdSchema).max(MAINTENANCE_WINDOWS.subjects).default([]),
    tags: z.array(z.string().trim().min(1).max(50)).max(MAINTENANCE_WINDOWS.tags).default([]),
  })
  .refine((all) => all.everything || all.monitor_ids.length + all.device_ids.length + all.tags.length > 0, {
    message: "must name a monitor, a device or a tag, or everything",
  })
  .describe("Monitors, devices, and whatever carries one of the tags at that time, sensors too");
export type WindowTargets = z.infer<typeof targets>;

function fields(rules: WindowRules) {
  return {
    name: z.string().trim().min(1).max(200).describe("Shown on status pages, unless the window is hidden"),
    description: z.string().trim().max(2_000).describe("Shown on status pages, unless the window is hidden"),
    is_hidden: z.boolean().describe("Status pages neither announce it nor say its name"),
    targets,
    schedule: windowScheduleSchema(rules),
  };
}

/** Body of `POST /maintenance-windows`, with its defaults filled in. */
export function windowCreateSchema(rules: WindowRules) {
  const { description, is_hidden, ...required } = fields(rules);
  return z.strictObject({ ...required, description: description.default(""), is_hidden: is_hidden.default(false) });
}
export type WindowInput = z.infer<ReturnType<typeof windowCreateSchema>>;

/** Body of `PATCH /maintenance-windows/{id}`: what is left out stays; `targets` and `schedule` are replaced whole. */
export function windowUpdateSchema(rules: WindowRules) {
  return z.strictObject(fields(rules)).partial();
}
export type WindowChange = z.infer<ReturnType<typeof windowUpdateSchema>>;

export const occurrenceSchema = z.object({ starts_at: z.iso.datetime(), ends_at: z.iso.datetime() });

/** How many of its coming occurrences a window shows. */
export const SHOWN_OCCURRENCES = 5;

export const maintenanceWindowSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    is_hidden: z.boolean(),
    targets: z.object({
      everything: z.boolean(),
      monitor_ids: z.array(z.uuid()),
      device_ids: z.array(z.string()),
      tags: z.array(z.string()),
    }),
    schedule: storedSchedule,
    state: z.enum(WINDOW_STATES),
    active_until: z.iso.datetime().nullable().describe("When the occurrence that is on ends; null where none is"),
    next_occurrences: z.array(occurrenceSchema).describe("Those that have not begun yet, the next one first"),
    last_occurrence: occurrenceSchema.nullable().describe("The last one that is over"),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "MaintenanceWindow" });
export type MaintenanceWindowView = z.infer<typeof maintenanceWindowSchema>;

export const windowListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(["created_at", "name"], "-created_at"),
  state: z.enum(WINDOW_STATES).optional(),
  q: textQuery("the name"),
});
export type WindowListQuery = z.infer<typeof windowListQuery>;
