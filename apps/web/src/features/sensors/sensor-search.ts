export type SensorSearch = { q?: string };

/** Reads an address's search, dropping what it cannot hold. */
export function sensorSearch({ q }: Record<string, unknown>): SensorSearch {
  // A query such as ?q=443 is read as a number.
  return (typeof q === "string" && q !== "") || typeof q === "number" ? { q: String(q) } : {};
}
