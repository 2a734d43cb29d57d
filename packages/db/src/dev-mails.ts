import type { Db } from "./client.ts";

export type Mail = { recipient: string; subject: string; html: string; text: string };

/** Keeps a mail instead of sending it (EMAIL_DEV_MODE). */
export async function keepMail(db: Db, mail: Mail): Promise<string> {
  const { id } = await db.prisma.devMail.create({ data: mail });
  return String(id);
}

/** The kept mails, the latest first. */
export async function listKeptMails(db: Db, limit: number): Promise<(Mail & { id: string; createdAt: Date })[]> {
  const rows = await db.prisma.devMail.findMany({ orderBy: { id: "desc" }, take: limit });
  return rows.map((row) => ({ ...row, id: String(row.id) }));
}
