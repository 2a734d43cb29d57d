/** Of a change's fields those that differ from before: what others changed meanwhile is not taken back. */
export function changedOf<T extends object>(change: T, before: object): Partial<T> {
  const known = before as Record<string, unknown>;
  const entries = Object.entries(change).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known[key]));
  return Object.fromEntries(entries) as Partial<T>;
}
