import type { Config } from "@pulsecheck/shared/config";
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

export type Limits = {
  login: AttemptLimits;
  /** Proving the current password inside a session. */
  password: AttemptLimits;
  register: AttemptLimits;
  /** Asking for a mail: reset and verification. */
  mail: AttemptLimits;
  /** Requests of one user or key, in each process. */
  requests: Limit;
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
  requests: { points: 1_200, windowS: MINUTE },
  loopbackFactor: 200,
  knownForS: 90 * DAY,
};

/**
 * Loopback says nothing about the client: it is this machine's own user, or a proxy that TRUST_PROXY does not
 * know, with everybody behind it. Limits that count by network alone would hit all of them together.
 */
export function isGenerousTo(config: Config, address: string): boolean {
  return isLoopback(address) && (config.isEmbedded || !config.trustProxy);
}
