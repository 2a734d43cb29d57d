import { openDb, type Db } from "@pulsecheck/db/client";
import { findMembership } from "@pulsecheck/db/memberships";
import { createMonitor } from "@pulsecheck/db/monitors";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { scopeTo, type Scope } from "@pulsecheck/db/scope";
import { openSecretBox, type SecretBox } from "@pulsecheck/db/secret-box";
import { registerUser } from "@pulsecheck/db/users";
import { monitorCreateSchema, type MonitorView } from "@pulsecheck/shared/monitor";
import { createTestDatabase } from "../setup/database.ts";

/** A database with one person and her workspace, without API or worker: for tests of packages/db. */
export type Tenant = {
  db: Db;
  scope: Scope;
  userId: string;
  email: string;
  box: SecretBox;
  addMonitor(fields?: Record<string, unknown>): Promise<MonitorView>;
  close(): Promise<void>;
};

export async function openTenant(): Promise<Tenant> {
  const database = await createTestDatabase();
  const db = openDb(database.url, { name: "test", onError: () => undefined });
  const email = "alice@example.com";
  const user = await registerUser(
    db,
    { email, passwordHash: "-", firstName: "Alice", lastName: "Example" },
    new Date(),
  );
  const membership = await findMembership(db, user.id, null);
  if (membership === null) throw new Error("registering made no workspace");
  const scope = scopeTo(db, membership.workspaceId);
  const box = openSecretBox("a-secret-for-tests-only");
  const schema = monitorCreateSchema({ minIntervalS: 1, defaultIntervalS: 60 });
  await maintainPartitions(db, new Date(), 30);
  return {
    db,
    scope,
    userId: user.id,
    email,
    box,
    addMonitor: (fields = {}) =>
      createMonitor(scope, box, user.id, schema.parse({ url: "http://192.0.2.1/", name: "a monitor", ...fields })),
    async close() {
      await db.close();
      await database.drop();
    },
  };
}
