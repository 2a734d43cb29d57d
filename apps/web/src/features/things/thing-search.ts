/** Which things are shown, and how: it stands in the address, so that it can be kept and sent. */
export type ThingSearch<Status extends string = string> = {
  view?: "table";
  status?: Status;
  tag?: string;
  location?: string;
  q?: string;
};

/** Reads an address's search, dropping what it cannot hold. */
export function readThingSearch<Status extends string>(
  { view, status, tag, location, q }: Record<string, unknown>,
  statuses: readonly Status[],
): ThingSearch<Status> {
  const known = statuses.find((one) => one === status);
  return {
    ...(view === "table" ? { view } : {}),
    ...(known === undefined ? {} : { status: known }),
    ...readText("tag", tag),
    ...readText("location", location),
    ...readText("q", q),
  };
}

/** A text of an address's search: a query such as ?q=443 is read as a number. */
export function readText<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  if (typeof value !== "string" && typeof value !== "number") return {};
  return value === "" ? {} : ({ [key]: String(value) } as Record<Key, string>);
}

/** Does it leave anything out? An address may say more than what this page asks for, such as the workspace. */
export function isFiltered(search: ThingSearch): boolean {
  return search.status !== undefined || Object.keys(filtersOf(search)).length > 0;
}

/** What a list asks the API for besides its status. */
export function filtersOf({ tag, location, q }: ThingSearch) {
  return {
    ...(tag === undefined ? {} : { tag }),
    ...(location === undefined ? {} : { location }),
    ...(q === undefined || q.trim() === "" ? {} : { q }),
  };
}
