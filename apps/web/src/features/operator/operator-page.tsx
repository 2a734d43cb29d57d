import { getRouteApi, Link } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
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
    <Page title={`${OPERATOR_SECTIONS[section]} · Operator`} heading="Operator">
      <div className="grid items-start gap-5 md:grid-cols-[9rem_minmax(0,1fr)]">
        <nav aria-label="Operator" className="flex flex-wrap gap-1 md:grid">
          {Object.entries(OPERATOR_SECTIONS).map(([name, label]) => (
            <Link
              key={name}
              to="/operator"
              search={name === "status" ? {} : { section: name as OperatorSection }}
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
