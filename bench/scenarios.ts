import type { Scenario } from "./report.ts";
import { measureCeiling } from "./scenarios/ceiling.ts";
import { measureDevices } from "./scenarios/devices.ts";
import { measureData } from "./scenarios/data.ts";
import { measureFanout } from "./scenarios/fanout.ts";
import { measureHeartbeats } from "./scenarios/heartbeats.ts";
import { measureHttp } from "./scenarios/http.ts";
import { measureHttps } from "./scenarios/https.ts";
import { measureLate } from "./scenarios/late.ts";
import { measureLive } from "./scenarios/live.ts";
import { measureMemory } from "./scenarios/memory.ts";
import { measurePage } from "./scenarios/page.ts";
import { measurePeer } from "./scenarios/peer.ts";
import { measureReadings } from "./scenarios/readings.ts";
import { measureStartup } from "./scenarios/startup.ts";
import { measureSweep } from "./scenarios/sweep.ts";
import { measureStorage } from "./scenarios/storage.ts";

/** All that is measured, in the order of the table. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  http: measureHttp,
  https: measureHttps,
  // After both: it is held beside their figures.
  peer: measurePeer,
  late: measureLate,
  ceiling: measureCeiling,
  live: measureLive,
  fanout: measureFanout,
  startup: measureStartup,
  storage: measureStorage,
  heartbeats: measureHeartbeats,
  readings: measureReadings,
  devices: measureDevices,
  sweep: measureSweep,
  data: measureData,
  page: measurePage,
  memory: measureMemory,
};
