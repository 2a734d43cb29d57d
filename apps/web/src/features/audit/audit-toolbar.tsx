import type { AuditSubject } from "@pulsecheck/shared/audit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Menu } from "../../components/ui/menu.tsx";
import { RangePicker } from "../../components/ui/range-picker.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { capitalise } from "../../lib/format.ts";
import { RANGE_WORDS } from "../../lib/ranges.ts";
import { ownDays } from "../analytics/analytics-search.ts";
import { membersQuery } from "../members/member-list.tsx";
import { spanOf } from "../things/thing-queries.ts";
import { AUDIT_RANGES, auditSearch, type AuditRange, type AuditSearch } from "./audit-search.ts";
import { fieldName, SUBJECTS } from "./audit-words.ts";

const RANGES: readonly (readonly [AuditRange | "all", string])[] = [
  ["all", "All time"],
  ...AUDIT_RANGES.map((range) => [range, `Last ${RANGE_WORDS[range]}`] as const),
];
const KINDS: readonly (readonly [AuditSubject | "", string])[] = [
  ["", "All kinds"],
  ...Object.entries(SUBJECTS).map(([type, { noun }]) => [type as AuditSubject, capitalise(noun)] as const),
];

/** By whom, of what, when; all of it stands in the address. */
export function AuditToolbar({ search }: { search: AuditSearch }) {
  const navigate = useNavigate();
  const change = (next: Partial<Record<keyof AuditSearch, unknown>>) =>
    void navigate({
      to: "/settings",
      search: { section: "audit", ...auditSearch({ ...search, ...next }) },
      replace: true,
    });
  return (
    <div role="search" aria-label="Audit log" className="flex flex-wrap items-center gap-2">
      <SearchBox label="Search by name" value={search.q ?? ""} onChange={(q) => change({ q })} />
      <PersonMenu user={search.user} onChange={(user) => change({ user })} />
      <Menu
        label="Kind"
        value={search.subject ?? ""}
        options={KINDS}
        onChange={(subject) => change({ subject, action: undefined })}
      />
      <Menu
        label="Action"
        value={search.action ?? ""}
        options={actionsOf(search)}
        onChange={(action) => change({ action })}
      />
      <RangePicker<AuditRange | "all">
        preset={search.range ?? "all"}
        presets={RANGES}
        days={ownDays(search)}
        spanAt={() => spanOf(search.range ?? "7d")}
        onChange={(next) => change({ range: undefined, from: undefined, to: undefined, ...next })}
      />
    </div>
  );
}

/** What can have happened; what the address asks for stands there, whether we know it or not. */
function actionsOf({ subject, action }: AuditSearch): [string, string][] {
  const types = subject === undefined ? (Object.keys(SUBJECTS) as AuditSubject[]) : [subject];
  const known = types.flatMap((type) =>
    (SUBJECTS[type]?.verbs ?? []).map((verb): [string, string] => [
      `${type}.${verb}`,
      capitalise(fieldName(subject === undefined ? `${SUBJECTS[type].noun} ${verb}` : verb)),
    ]),
  );
  const isKnown = action === undefined || known.some(([one]) => one === action);
  return [["", "All actions"], ...known, ...(isKnown ? [] : [[action, action] as [string, string]])];
}

function PersonMenu({ user = "", onChange }: { user: string | undefined; onChange(user: string): void }) {
  const { data } = useInfiniteQuery(membersQuery);
  const members = data?.pages.flatMap(({ items }) => items) ?? [];
  const isKnown = user === "" || members.some((member) => member.user_id === user);
  const options = [
    ["", "Everybody"] as const,
    ...members.map(({ user_id: id, email }) => [id, email] as const),
    ...(isKnown ? [] : [[user, "Somebody else"] as const]),
  ];
  return <Menu<string> label="Person" value={user} options={options} onChange={onChange} />;
}
