import { availableParallelism } from "node:os";
import type { Config } from "@pulsecheck/shared/config";
import { SENSORS_PER_WORKSPACE } from "@pulsecheck/shared/sensor";
import { LARGEST_IMPORT_BYTES } from "@pulsecheck/shared/import";
import type { BodyLimits } from "./bounded-body.ts";
import { isLoopback } from "./client-address.ts";

/** So many in so long. */
export type Limit = { points: number; windowS: number };

export type AttemptLimits = {
  /** One network at one account. */
  pair: Limit;
  /** One network at all accounts together. */
  network: Limit;
  /** All networks at one account, except those that have logged into it before. */
  account: Limit;
};

export type AlertMailLimits = {
  network: Limit;
  /** One workspace at all addresses together. */
  workspace: Limit;
  /** All workspaces at one address. */
  recipient: Limit;
};

export type Limits = {
  login: AttemptLimits;
  /** Proving the current password inside a session. */
  password: AttemptLimits;
  register: AttemptLimits;
  /** Asking for a mail: reset and verification. */
  mail: AttemptLimits;
  /** Mails to a stranger's address: whether it wants alerts, and invitations. */
  alertMail: AlertMailLimits;
  /** Tests of a workspace's channels: each makes us write to somebody. */
  channelTest: Limit;
  /** Trying the password of a public status page. */
  statusPage: AttemptLimits;
  /** Requests of one user or key, in each process. */
  requests: Limit;
  /** Requests with reports of one device, and reports of one workspace, in each process. */
  reports: { device: Limit; workspace: Limit };
  /** Requests with readings of one sensor, and readings of one workspace, in each process. */
  readings: { sensor: Limit; workspace: Limit };
  /** How often more a client on our own machine may. */
  loopbackFactor: number;
  /** How long a network that has logged into an account is remembered. */
  knownForS: number;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const LIMITS: Limits = {
  login: {
    pair: { points: 10, windowS: 15 * MINUTE },
    network: { points: 100, windowS: 15 * MINUTE },
    account: { points: 100, windowS: HOUR },
  },
  password: {
    pair: { points: 10, windowS: 15 * MINUTE },
    network: { points: 100, windowS: 15 * MINUTE },
    account: { points: 30, windowS: HOUR },
  },
  register: {
    pair: { points: 20, windowS: HOUR },
    network: { points: 50, windowS: HOUR },
    account: { points: 100, windowS: HOUR },
  },
  mail: {
    pair: { points: 5, windowS: HOUR },
    network: { points: 30, windowS: HOUR },
    account: { points: 10, windowS: HOUR },
  },
  alertMail: {
    network: { points: 60, windowS: HOUR },
    workspace: { points: 40, windowS: HOUR },
    recipient: { points: 6, windowS: DAY },
  },
  channelTest: { points: 10, windowS: MINUTE },
  statusPage: {
    pair: { points: 10, windowS: 15 * MINUTE },
    network: { points: 100, windowS: 15 * MINUTE },
    account: { points: 100, windowS: HOUR },
  },
  requests: { points: 1_200, windowS: MINUTE },
  reports: {
    device: { points: 120, windowS: MINUTE },
    workspace: { points: 120_000, windowS: MINUTE },
  },
  readings: {
    sensor: { points: 600, windowS: MINUTE },
    workspace: { points: 120_000, windowS: MINUTE },
  },
  loopbackFactor: 200,
  knownForS: 90 * DAY,
};

/** What one connection may cost, in ms and bytes: slow headers, slow bodies and silence hold nothing for long. */
export const CONNECTION = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  /** How often the limits above are looked after; Node's own 30 s would add to each. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
} as const;

/** Beyond that many connections of a process, further ones are closed at once. */
export const CONNECTIONS_AT_MOST = 20_000;

/** What reports: devices that a workspace may have, and reports of a process that may wait to be written. */
export const DEVICES = { perWorkspace: 100_000, reportsWaiting: 50_000 } as const;

/** What a workspace may have where its operator has set no quota; null: as much as it likes. */
export const QUOTAS = {
  max_monitors: null,
  max_devices: DEVICES.perWorkspace,
  max_sensors: SENSORS_PER_WORKSPACE,
  max_members: null,
} as const;

/** Tables that a process writes at a time; each costs a part of a core for as long as it is. */
export const EXPORTS = {
  atOnce: 4,
  /** So that no workspace takes the places of all others. */
  perWorkspace: 2,
  /** Whose reader takes nothing for so long is cut off, and its place is free. */
  stalledAfterMs: 60_000,
} as const;

/** Bodies of requests. */
export const BODY: BodyLimits = {
  longest: 1_048_576,
  drainedUpTo: 16_777_216,
  mostPieces: 4_096,
  short: 16_384,
  longTogether: 33_554_432,
};

/** Files to import: two of the largest at a time, more of shorter ones. */
export const FILE_BODY: BodyLimits = {
  longest: LARGEST_IMPORT_BYTES,
  drainedUpTo: 2 * LARGEST_IMPORT_BYTES,
  mostPieces: 65_536,
  short: 16_384,
  longTogether: 2 * LARGEST_IMPORT_BYTES,
};

/** Passwords that are hashed at once, on libuv's threads: a flood leaves threads and a core to everything else. */
export const HASHING = { parallel: Math.max(1, Math.min(2, availableParallelism() - 1)), longestQueue: 250 } as const;

/** Status pages that are open somewhere, each with a stream of events; those of one network, and of a process. */
export const STREAMS = { perNetwork: 50, perProcess: 5_000 } as const;

/** What a WebSocket's client may do. */
export const SOCKETS = {
  perUser: 200,
  devicesPerUser: 10_000,
  messagesPerMinute: 120,
  messagesWaiting: 200,
  /** Whoever has not answered one ping when the next is due is gone. */
  pingEveryMs: 25_000,
  longestMessage: 65_536,
} as const;

/**
 * Loopback says nothing about the client: it is this machine's own user, or a proxy that TRUST_PROXY does not
 * know, with everybody behind it. Limits that count by network alone would hit all of them together.
 */
export function isGenerousTo(config: Config, address: string): boolean {
  return isLoopback(address) && (config.isEmbedded || !config.trustProxy);
}
