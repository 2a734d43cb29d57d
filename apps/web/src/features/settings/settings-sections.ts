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
  appearance: "Appearance",
} as const;
export type SettingsSection = keyof typeof SETTINGS_SECTIONS;

/** Reads an address's search, dropping what it cannot hold. */
export function settingsSearch({ section }: Record<string, unknown>): { section?: SettingsSection } {
  return typeof section === "string" && Object.hasOwn(SETTINGS_SECTIONS, section)
    ? { section: section as SettingsSection }
    : {};
}
