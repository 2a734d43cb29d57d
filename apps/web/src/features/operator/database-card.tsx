import type { DatabaseStatus } from "@pulsecheck/shared/instance-status";
import type { ReactNode } from "react";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { Card } from "../../components/ui/page.tsx";
import { ScrollRegion } from "../../components/ui/numbers-behind.tsx";
import { Time } from "../../components/ui/time.tsx";
import { formatCount, formatDay } from "../../lib/format.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** By the hours that a rollup is of. */
const PERIODS: Readonly<Record<number, string>> = { 1: "Hour", 24: "Day", 168: "Week" };

/** `12.3 MB` */
function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** How large the database is, what it consists of, and how far it is condensed. */
export function DatabaseCard({ database }: { database: DatabaseStatus }) {
  const { size_bytes: size, tables, partitions, rollups } = database;
  return (
    <Card title="Database" actions={<span className="text-muted">{formatBytes(size)}</span>}>
      <Table label="Largest tables" heads={["Table", "Size", "Rows, about"]}>
        {tables.map(({ name, size_bytes: bytes, rows }) => (
          <Row key={name} cells={[name, formatBytes(bytes), formatCount(rows)]} />
        ))}
      </Table>
      <Table label="Daily partitions" heads={["Table", "Days", "Oldest", "Newest"]}>
        {partitions.map(({ table, count, oldest, newest }) => (
          <Row
            key={table}
            cells={[table, formatCount(count), oldest && formatDay(oldest), newest && formatDay(newest)]}
          />
        ))}
      </Table>
      <Table label="Rollups" heads={["Of each", "Condensed until"]}>
        {rollups.map(({ period_hours: hours, rolled_until }) => (
          <Row key={hours} cells={[PERIODS[hours] ?? `${hours} hours`, <Time key="until" at={rolled_until} />]} />
        ))}
      </Table>
    </Card>
  );
}

function Table({ label, heads, children }: { label: string; heads: readonly string[]; children: ReactNode }) {
  return (
    <ScrollRegion label={label} look="overflow-x-auto">
      <table className="w-full text-left whitespace-nowrap">
        <caption className="py-1 text-left font-medium">{label}</caption>
        <thead className="text-xs text-muted">
          <tr>
            {heads.map((head, i) => (
              <HeadCell key={head} label={head} look={i === 0 ? "" : "pl-3 text-right"} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ScrollRegion>
  );
}

function Row({ cells: [first, ...others] }: { cells: readonly ReactNode[] }) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-1 font-normal">
        {first}
      </th>
      {others.map((cell, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- cells stay in their columns
        <td key={i} className="py-1 pl-3 text-right">
          {cell ?? "–"}
        </td>
      ))}
    </tr>
  );
}
