import { auditSearch, type AuditSearch } from "../audit/audit-search.ts";

/** The parts of the settings, by their name in the address; the first one needs none. */
export const SETTINGS_SECTIONS = {
  profile: "Profile",
  password: "Password",
  sessions: "Sessions",
  members: "Members",
  workspaces: "Workspaces",
  keys: "API keys",
  alerts: "Alerts",
  channels: "Channels",
  devices: "Devices",
  audit: "Audit log",
  appearance: "Appearance",
} as const;
export type SettingsSection = keyof typeof SETTINGS_SECTIONS;

/** Which part is shown, and of the audit log which entries. */
type SettingsSearch = { section?: SettingsSection } & AuditSearch;

/** Reads an address's search, dropping what it cannot hold. */
export function settingsSearch({ section, ...search }: Record<string, unknown>): SettingsSearch {
  if (typeof section !== "string" || !Object.hasOwn(SETTINGS_SECTIONS, section)) return {};
  return { section: section as SettingsSection, ...(section === "audit" ? auditSearch(search) : {}) };
}
