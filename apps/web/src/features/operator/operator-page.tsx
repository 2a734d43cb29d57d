import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Page } from "../../components/ui/page.tsx";
import { SectionedPage } from "../../components/ui/sectioned-page.tsx";
import { Empty } from "../../components/ui/states.tsx";
import { useMe } from "../account/session.ts";
import { DeedsSection } from "./deeds-section.tsx";
import { LogSection } from "./log-section.tsx";
import { OPERATOR_SECTIONS, type OperatorSection } from "./operator-sections.ts";
import { QuotasSection } from "./quotas-section.tsx";
import { StatusSection } from "./status-section.tsx";
import { UsersSection } from "./users-section.tsx";

const route = getRouteApi("/inside/operator");

const SECTIONS: Record<OperatorSection, ComponentType> = {
  status: StatusSection,
  users: UsersSection,
  workspaces: QuotasSection,
  log: LogSection,
  audit: DeedsSection,
};

/** The instance itself, for those who operate it: one part at a time. */
export function OperatorPage() {
  const { section = "status" } = route.useSearch();
  if (!useMe().is_superuser) {
    return (
      <Page title="Operator">
        <Empty title="This is for operators">Only those who operate this instance of PulseCheck may look here.</Empty>
      </Page>
    );
  }
  const Section = SECTIONS[section];
  return (
    <SectionedPage
      title="Operator"
      to="/operator"
      labels={OPERATOR_SECTIONS}
      shown={section}
      columns="md:grid-cols-[9rem_minmax(0,1fr)]"
    >
      <Section />
    </SectionedPage>
  );
}
