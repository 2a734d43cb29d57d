/** When this process was last given each of the regular jobs. */
export type HeardJobs = {
  hear(id: string): void;
  /** How long ago that was, in ms; counted from the start where it never happened. */
  sinceMs(id: string): number;
};

export function createHeardJobs(): HeardJobs {
  const startedAt = Date.now();
  const heardAt = new Map<string, number>();
  return {
    hear: (id) => void heardAt.set(id, Date.now()),
    sinceMs: (id) => Date.now() - (heardAt.get(id) ?? startedAt),
  };
}
