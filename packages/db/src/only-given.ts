/** The fields of a change that were given: what is undefined stays as it is. */
export function onlyGiven<T extends object>(change: T): { [Field in keyof T]?: Exclude<T[Field], undefined> } {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Field in keyof T]?: Exclude<T[Field], undefined> };
}
