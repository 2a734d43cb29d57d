import type { AuditSubject } from "@pulsecheck/shared/audit";
import { Menu } from "../../components/ui/menu.tsx";
import { RangePicker } from "../../components/ui/range-picker.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { capitalise } from "../../lib/format.ts";
import { RANGE_WORDS } from "../../lib/ranges.ts";
import { ownDays } from "../analytics/analytics-search.ts";
import { spanOf } from "../things/thing-queries.ts";
import { AUDIT_RANGES, auditSearch, type AuditRange, type AuditSearch } from "./audit-search.ts";
import { fieldName, type Subjects } from "./audit-words.ts";

const RANGES: readonly (readonly [AuditRange | "all", string])[] = [
  ["all", "All time"],
  ...AUDIT_RANGES.map((range) => [range, `Last ${RANGE_WORDS[range]}`] as const),
];

type Props = {
  search: AuditSearch;
  /** What a change here can be about. */
  subjects: Subjects;
  /** Ids of those who can have done it, with their addresses. */
  people: readonly (readonly [string, string])[];
  onChange(search: AuditSearch): void;
};

/** By whom, of what, when. */
export function AuditToolbar({ search, subjects, people, onChange }: Props) {
  const change = (next: Partial<Record<keyof AuditSearch, unknown>>) => onChange(auditSearch({ ...search, ...next }));
  const kinds = Object.entries(subjects).map(([type, { noun }]) => [type as AuditSubject, capitalise(noun)] as const);
  return (
    <div role="search" aria-label="Audit log" className="flex flex-wrap items-center gap-2">
      <SearchBox label="Search by name" value={search.q ?? ""} onChange={(q) => change({ q })} />
      <PersonMenu user={search.user} people={people} onChange={(user) => change({ user })} />
      <Menu
        label="Kind"
        value={search.subject ?? ""}
        options={[["", "All kinds"], ...kinds]}
        onChange={(subject) => change({ subject, action: undefined })}
      />
      <Menu
        label="Action"
        value={search.action ?? ""}
        options={actionsOf(search, subjects)}
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
function actionsOf({ subject, action }: AuditSearch, subjects: Subjects): [string, string][] {
  const known = Object.entries(subjects)
    .filter(([type]) => subject === undefined || type === subject)
    .flatMap(([type, { noun, verbs }]) =>
      verbs.map((verb): [string, string] => [
        `${type}.${verb}`,
        capitalise(fieldName(subject === undefined ? `${noun} ${verb}` : verb)),
      ]),
    );
  const isKnown = action === undefined || known.some(([one]) => one === action);
  return [["", "All actions"], ...known, ...(isKnown ? [] : [[action, action] as [string, string]])];
}

type PersonProps = Pick<Props, "people"> & { user: string | undefined; onChange(user: string): void };

function PersonMenu({ user = "", people, onChange }: PersonProps) {
  const isKnown = user === "" || people.some(([id]) => id === user);
  const options = [["", "Everybody"] as const, ...people, ...(isKnown ? [] : [[user, "Somebody else"] as const])];
  return <Menu<string> label="Person" value={user} options={options} onChange={onChange} />;
}
