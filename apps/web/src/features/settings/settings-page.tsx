import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { SectionedPage } from "../../components/ui/sectioned-page.tsx";
import { AuditSection } from "../audit/audit-section.tsx";
import { ChannelsSection } from "../channels/channels-section.tsx";
import { MembersSection } from "../members/members-section.tsx";
import { WorkspacesSection } from "../members/workspaces-section.tsx";
import { AlertsSection } from "./alerts-section.tsx";
import { AppearanceSection } from "./appearance-section.tsx";
import { DevicesSection } from "./devices-section.tsx";
import { KeysSection } from "./keys-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { ProfileSection } from "./profile-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";
import { SETTINGS_SECTIONS, type SettingsSection } from "./settings-sections.ts";

const route = getRouteApi("/inside/settings");

const SECTIONS: Record<SettingsSection, ComponentType> = {
  profile: ProfileSection,
  password: PasswordSection,
  sessions: SessionsSection,
  members: MembersSection,
  workspaces: WorkspacesSection,
  keys: KeysSection,
  alerts: AlertsSection,
  channels: ChannelsSection,
  devices: DevicesSection,
  audit: AuditSection,
  appearance: AppearanceSection,
};

/** The reader's own account, the workspace's keys and alerts, and how it all looks: one part at a time. */
export function SettingsPage() {
  const { section = "profile" } = route.useSearch();
  const Section = SECTIONS[section];
  return (
    <SectionedPage
      title="Settings"
      to="/settings"
      labels={SETTINGS_SECTIONS}
      shown={section}
      columns="md:grid-cols-[11rem_minmax(0,40rem)]"
    >
      <Section />
    </SectionedPage>
  );
}
