import type { Page } from "@pulsecheck/shared/list";
import type { Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { readPage, type Column, type KeysetQuery } from "./keyset.ts";

export type Mail = { recipient: string; subject: string; html: string; text: string };
type KeptMail = Mail & { id: string; createdAt: Date };

/** Keeps a mail instead of sending it (EMAIL_DEV_MODE). */
export async function keepMail(db: Db, mail: Mail): Promise<string> {
  const { id } = await db.prisma.devMail.create({ data: mail });
  return String(id);
}

// In the order in which they were kept.
const COLUMNS: Record<"created_at", Column> = { created_at: { sql: Prisma.sql`m.id`, type: "bigint" } };

/** A page of the kept mails. Refuses (400) a cursor of another list. */
export async function listKeptMails(db: Db, query: KeysetQuery): Promise<Page<KeptMail>> {
  const list = {
    select: Prisma.sql`m.id, m.recipient, m.subject, m.html, m.text, m.created_at AS "createdAt"`,
    from: Prisma.sql`dev_mails m`,
    where: [Prisma.sql`true`],
    columns: COLUMNS,
    key: "created_at",
  } as const;
  return readPage(db, list, query, (rows: KeptMail[]) => rows);
}
