import { DEVICE_STATUSES, type DeviceStatus } from "@pulsecheck/shared/device";
import { readThingSearch, type ThingSearch } from "../things/thing-search.ts";

export type DeviceSearch = ThingSearch<DeviceStatus>;

export const deviceSearch = (search: Record<string, unknown>): DeviceSearch => readThingSearch(search, DEVICE_STATUSES);
