import type { AuditEntryView } from "@pulsecheck/shared/audit";
import { Time } from "../../components/ui/time.tsx";
import { capitalise } from "../../lib/format.ts";
import { describeAction, fieldName, writeValue } from "./audit-words.ts";

/** So many fields are shown without being asked for. */
const SHORT = 5;

/** One change: who, what, when, from where, and what was there before and after. */
export function AuditEntry({ entry }: { entry: AuditEntryView }) {
  const { at, user, api_key: key, address, action, subject, before, after } = entry;
  const fields = Object.keys({ ...before, ...after });
  return (
    <li className="grid gap-1 py-3">
      <p className="[overflow-wrap:anywhere]">
        <span className="font-medium">{user?.email ?? "PulseCheck"}</span> {describeAction(action, subject.type)}{" "}
        <span className="font-medium">{subject.name}</span>
      </p>
      <p className="text-muted [overflow-wrap:anywhere]">
        <Time at={at} precision="second" />
        {key !== null && ` · by the API key ${key.name}`}
        {address !== null && ` · from ${address}`}
      </p>
      {fields.length > 0 && (
        <details open={before !== null && after !== null && fields.length <= SHORT}>
          <summary className="w-fit cursor-pointer text-accent">{summarise(fields)}</summary>
          <Sides before={before} after={after} fields={fields} />
        </details>
      )}
    </li>
  );
}

function summarise(fields: readonly string[]): string {
  const named = fields.slice(0, SHORT).map(fieldName).join(", ");
  return capitalise(fields.length > SHORT ? `${named} and ${fields.length - SHORT} more` : named);
}

type SidesProps = Pick<AuditEntryView, "before" | "after"> & { fields: readonly string[] };

function Sides({ before, after, fields }: SidesProps) {
  const sides = [
    ["Before", before],
    ["After", after],
  ].filter((side): side is [string, Record<string, unknown>] => side[1] !== null);
  const look = "py-1 pr-3 align-top [overflow-wrap:anywhere] whitespace-pre-wrap";
  return (
    <table className="mt-1 w-full table-fixed text-left">
      <thead className="text-xs text-muted">
        <tr>
          {["Field", ...sides.map(([label]) => label)].map((label) => (
            <th key={label} scope="col" className="py-1 pr-3 font-medium">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field} className="border-t border-line">
            <th scope="row" className={`font-normal text-muted ${look}`}>
              {capitalise(fieldName(field))}
            </th>
            {sides.map(([label, values]) => (
              <td key={label} className={look}>
                {writeValue(values[field])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
