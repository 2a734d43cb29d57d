import { readThingSearch, type ThingSearch } from "../things/thing-search.ts";

/** How a sensor's last value may be, as one can filter by it. */
export const SENSOR_STATES = { above: "Too high", below: "Too low", unusual: "Unusual" } as const;
type SensorState = keyof typeof SENSOR_STATES;
export type SensorSearch = ThingSearch<SensorState>;

const STATES = Object.keys(SENSOR_STATES) as SensorState[];
export const sensorSearch = (search: Record<string, unknown>): SensorSearch => readThingSearch(search, STATES);
