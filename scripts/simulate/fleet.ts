import { createCronJob, type CronJob } from "./cron-job.ts";
import { createDevice, type Device } from "./device.ts";
import { createSensor, type Sensor } from "./sensor.ts";

export type Fleet = { devices: Device[]; sensors: Sensor[]; cronJobs: CronJob[] };

/** One in so many devices has a socket; so many sensors and cron jobs are there too. */
const ONE_IN = 10;
const CRON_JOBS_AT_MOST = 20;

/** Everything that will report. The same seed makes the same fleet, which then does the same. */
export function createFleet({ devices, seed }: { devices: number; seed: number }): Fleet {
  const tenth = Math.ceil(devices / ONE_IN);
  return {
    devices: numbers(devices).map((number) => createDevice(seed, number, number % ONE_IN === 1)),
    sensors: numbers(tenth).map((number) => createSensor(seed, number)),
    cronJobs: numbers(Math.min(tenth, CRON_JOBS_AT_MOST)).map((number) => createCronJob(seed, number)),
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
