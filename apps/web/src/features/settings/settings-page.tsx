import { getRouteApi, Link } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
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
    <Page title={`${SETTINGS_SECTIONS[section]} · Settings`} heading="Settings">
      <div className="grid items-start gap-5 md:grid-cols-[11rem_minmax(0,40rem)]">
        <nav aria-label="Settings" className="flex flex-wrap gap-1 md:grid">
          {Object.entries(SETTINGS_SECTIONS).map(([name, label]) => (
            <Link
              key={name}
              to="/settings"
              search={name === "profile" ? {} : { section: name as SettingsSection }}
              activeOptions={{ exact: true }}
              className={buttonClass("quiet", "justify-start aria-[current=page]:bg-sunken")}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="grid gap-5">
          <Section />
        </div>
      </div>
    </Page>
  );
}
