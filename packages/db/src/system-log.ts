import type { Page } from "@pulsecheck/shared/list";
import {
  readLogLine,
  SYSTEM_LOG,
  type LogEntryView,
  type LogLine,
  type LogListQuery,
} from "@pulsecheck/shared/system-log";
import { isDataError, type Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readPage, within, type Column } from "./keyset.ts";

const WRITE_EVERY_MS = 500;
/** Lines that wait for the database, and so many of a batch; more are dropped, and counted. */
const WAITING_AT_MOST = 500;

/** A process that writes into the log. */
export type LogSource = { process: "api" | "worker"; host: string; pid: number };

/** Where a process's log goes besides its output: a stream for pino. */
export type SystemLog = {
  /** Takes a line at once. Never waits, never throws. */
  write(line: string): void;
  /** From now on lines are written, those from before as well. */
  start(db: Db): void;
  /** Writes what waits, if that is possible. */
  stop(): Promise<void>;
};

/** Keeps warnings and errors for operators. While the database is away they wait, the latest are dropped. */
export function createSystemLog(source: LogSource): SystemLog {
  let waiting: LogLine[] = [];
  let dropped = 0;
  let flush = async () => {};
  let timer: NodeJS.Timeout | undefined;

  async function writeBatch(db: Db): Promise<void> {
    const lines = dropped > 0 ? [...waiting, droppedLine(dropped)] : waiting;
    if (lines.length === 0) return;
    const before = { waiting, dropped };
    [waiting, dropped] = [[], 0];
    try {
      await insert(db, source, lines);
    } catch (error) {
      // Said nowhere: that line would come here again. What the database refuses itself would be refused again.
      if (isDataError(error)) return;
      const all = [...before.waiting, ...waiting];
      waiting = all.slice(0, WAITING_AT_MOST);
      dropped += before.dropped + all.length - waiting.length;
    }
  }

  return {
    write(text) {
      const line = readLogLine(text);
      if (line === null) return;
      if (waiting.length < WAITING_AT_MOST) waiting.push(line);
      else dropped += 1;
    },
    start(db) {
      let running: Promise<void> | null = null;
      flush = () => (running ??= writeBatch(db).finally(() => (running = null)));
      timer = setInterval(() => void flush(), WRITE_EVERY_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await flush();
      await flush();
    },
  };
}

function droppedLine(lines: number): LogLine {
  return {
    at: new Date(),
    level: "warn",
    message: "so many lines came at once that some were dropped",
    fields: { lines },
  };
}

async function insert({ pool }: Db, { process, host, pid }: LogSource, lines: readonly LogLine[]): Promise<void> {
  await pool.query({
    name: "write-system-log",
    text: `INSERT INTO system_log (at, level, process, host, pid, message, fields)
      SELECT at, level, $5, $6, $7, message, fields::jsonb
      FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[]) AS t(at, level, message, fields)`,
    values: [
      lines.map(({ at }) => at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => message),
      lines.map(({ fields }) => JSON.stringify(fields)),
      process,
      host,
      pid,
    ],
  });
}

/** Forgets all but the newest. */
export async function trimSystemLog({ pool }: Db): Promise<void> {
  await pool.query(
    `DELETE FROM system_log WHERE at < now() - $1 * interval '1 day'
       OR id <= (SELECT id FROM system_log ORDER BY id DESC OFFSET $2 LIMIT 1)`,
    [SYSTEM_LOG.days, SYSTEM_LOG.entries],
  );
}

const COLUMNS: Record<"at" | "id", Column> = {
  at: { sql: Prisma.sql`l.at`, type: "time" },
  id: { sql: Prisma.sql`l.id`, type: "bigint" },
};

/** A page of what the processes warned of, the latest first. Refuses (400) a cursor of another list. */
export async function listLog(db: Db, query: LogListQuery): Promise<Page<LogEntryView>> {
  const where = [
    Prisma.sql`true`,
    ...given(query.level, (one) => Prisma.sql`l.level = ${one}`),
    ...given(query.process, (one) => Prisma.sql`l.process = ${one}`),
    ...within(Prisma.sql`l.at`, query),
    ...given(query.q, (text) => hasText(text, Prisma.sql`l.message`, Prisma.sql`l.fields::text`)),
  ];
  const list = {
    select: Prisma.sql`l.id::float8 AS id, l.at, l.level, l.process, l.host, l.pid, l.message, l.fields`,
    from: Prisma.sql`system_log l`,
    where,
    columns: COLUMNS,
    key: "id",
  } as const;
  type Row = Omit<LogEntryView, "at"> & { at: Date };
  return readPage<Row, LogEntryView>(db, list, query, (rows) =>
    rows.map((row) => ({ ...row, at: row.at.toISOString() })),
  );
}
