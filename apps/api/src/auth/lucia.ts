import type { Config } from "@pulsecheck/shared/config";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Db } from "@pulsecheck/db/client";
import { endSession, endSessionsOf, extendSession, findSession, startSession } from "@pulsecheck/db/sessions";
import { parse } from "hono/utils/cookie";
import { Lucia, TimeSpan, type Adapter } from "lucia";
import { hashSecret } from "./secrets.ts";

// Everything of Lucia is in this file: its upstream has ended, and this is what would be written anew.

declare module "lucia" {
  interface Register {
    DatabaseSessionAttributes: { address: string; userAgent: string | null; provenHash: string };
    DatabaseUserAttributes: { isSuperuser: boolean };
    Lucia: Lucia<object, { isSuperuser: boolean }>;
  }
}

export const SESSION_COOKIE = "pulsecheck_session";

export type Login = { userId: string; provenHash: string; address: string; userAgent: string | null };

export type ValidSession = {
  userId: string;
  isSuperuser: boolean;
  sessionHash: string;
  /** Set-Cookie for a session that was prolonged, null otherwise. */
  renewal: string | null;
};

export type Sessions = {
  /** Refuses (401) when the password was changed, or the user deactivated, since it was proven. */
  start(login: Login): Promise<{ token: string; expiresAt: Date; cookie: string }>;
  /** A bearer token ends when it was told to; a cookie in use slides, as its owner is told by a new one. */
  validate(token: string, carrier: "bearer" | "cookie"): Promise<ValidSession | null>;
  readCookie(header: string): string | null;
  /** Set-Cookie that makes a browser forget its session. */
  blankCookie(): string;
};

/** Sessions by random token, stored as its hash, over our own adapter. */
export function openSessions({ db, config }: { db: Db; config: Config }): Sessions {
  const adapter = createAdapter(db);
  const sliding = createLucia(adapter, config);
  const fixed = createLucia({ ...adapter, updateSessionExpiration: async () => undefined }, config);
  return {
    async start({ userId, ...attributes }) {
      const session = await sliding.createSession(userId, attributes);
      return {
        token: session.id,
        expiresAt: session.expiresAt,
        cookie: sliding.createSessionCookie(session.id).serialize(),
      };
    },
    async validate(token, carrier) {
      const { user, session } = await (carrier === "cookie" ? sliding : fixed).validateSession(token);
      if (session === null) return null;
      const renewal = carrier === "cookie" && session.fresh ? sliding.createSessionCookie(token).serialize() : null;
      return { userId: user.id, isSuperuser: user.isSuperuser, sessionHash: hashSecret(token), renewal };
    },
    // Not Lucia's own: it throws at any other cookie with a stray "%", and localhost has cookies of many apps.
    readCookie: (header) => parse(header, SESSION_COOKIE)[SESSION_COOKIE] ?? null,
    blankCookie: () => sliding.createBlankSessionCookie().serialize(),
  };
}

function createLucia(adapter: Adapter, { sessionMinutes, publicUrl }: Config) {
  return new Lucia(adapter, {
    sessionExpiresIn: new TimeSpan(sessionMinutes, "m"),
    sessionCookie: {
      name: SESSION_COOKIE,
      attributes: { sameSite: "lax", path: "/", secure: publicUrl.startsWith("https:") },
    },
    getUserAttributes: ({ isSuperuser }) => ({ isSuperuser }),
  });
}

// Lucia hands ids as they were given to it; only here do they become hashes, and never twice.
function createAdapter(db: Db): Adapter {
  return {
    async getSessionAndUser(id) {
      const row = await findSession(db, hashSecret(id));
      if (row === null) return [null, null];
      const { userId, expiresAt, isActive, isSuperuser } = row;
      const session = { id, userId, expiresAt, attributes: { address: "", userAgent: null, provenHash: "" } };
      return [session, isActive ? { id: userId, attributes: { isSuperuser } } : null];
    },
    async getUserSessions() {
      throw new Error("only hashes are kept: use listSessions");
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const isStarted = await startSession(db, { idHash: hashSecret(id), userId, expiresAt, ...attributes });
      if (!isStarted) throw new Refusal(401, "The account has just changed. Log in again.");
    },
    updateSessionExpiration: (id, expiresAt) => extendSession(db, hashSecret(id), expiresAt),
    deleteSession: (id) => endSession(db, hashSecret(id)),
    deleteUserSessions: (userId) => endSessionsOf(db, userId),
    // Maintenance removes them for all processes together.
    async deleteExpiredSessions() {},
  };
}
