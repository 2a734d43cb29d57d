import type { Broker } from "@pulsecheck/broker/broker";
import type { Db } from "@pulsecheck/db/client";
import type { Scope } from "@pulsecheck/db/scope";
import type { Config } from "@pulsecheck/shared/config";
import type { Counters } from "@pulsecheck/shared/counters";
import type { Role } from "@pulsecheck/shared/role";
import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";

/** What the app is made of; nothing in it reaches for anything else. */
export type Deps = {
  config: Config;
  db: Db;
  broker: Broker;
  /** Added to the instance's counters every few seconds; /metrics shows those. */
  counters: Counters;
  log: Logger;
};

/** Who calls, proven by a session or an API key. */
export type Principal = {
  userId: string;
  /** Rights in the workspace of this request. */
  role: Role;
  isSuperuser: boolean;
  via: { kind: "session"; sessionHash: string } | { kind: "key"; keyId: string };
};

export type ApiEnv = {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    log: Logger;
    /** The client's network address, as trusted proxies tell it. */
    clientAddress: string;
    /** Set behind the auth line only. */
    principal: Principal;
    /** The caller's workspace; set behind the auth line only. */
    scope: Scope;
  };
};
