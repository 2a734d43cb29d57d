import type { Broker } from "@pulsecheck/broker/broker";
import type { Db } from "@pulsecheck/db/client";
import type { SecretBox } from "@pulsecheck/db/secret-box";
import type { Config } from "@pulsecheck/shared/config";
import type { Counters } from "@pulsecheck/shared/counters";
import type { Logger } from "pino";

/** What the worker is made of; nothing in it reaches for anything else. */
export type Deps = {
  config: Config;
  db: Db;
  broker: Broker;
  box: SecretBox;
  log: Logger;
  counters: Counters;
};
