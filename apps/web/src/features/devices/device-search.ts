import { DEVICE_STATUSES, type DeviceStatus } from "@pulsecheck/shared/device";

/** Which devices are shown, and how: it stands in the address, so that it can be kept and sent. */
export type DeviceSearch = { view?: "table"; status?: DeviceStatus; q?: string };

/** Reads an address's search, dropping what it cannot hold. */
export function deviceSearch({ view, status, q }: Record<string, unknown>): DeviceSearch {
  return {
    ...(view === "table" ? { view } : {}),
    ...(DEVICE_STATUSES.includes(status as DeviceStatus) ? { status: status as DeviceStatus } : {}),
    // A query such as ?q=443 is read as a number.
    ...((typeof q === "string" && q !== "") || typeof q === "number" ? { q: String(q) } : {}),
  };
}
