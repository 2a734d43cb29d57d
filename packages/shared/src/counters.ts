/** A counter's name and its labels, as Prometheus writes them: `kind="manual",outcome="ok"`. */
export type CounterDelta = { name: string; labels: string; by: number };

/** Counts what happened in this process since it was last taken; the instance's counters stand in the database. */
export type Counters = {
  add(name: string, labels: Readonly<Record<string, string>>, by?: number): void;
  /** Hands out what was counted and starts anew. */
  take(): CounterDelta[];
  /** Puts back what could not be written. */
  putBack(deltas: readonly CounterDelta[]): void;
};

export function createCounters(): Counters {
  let counted = new Map<string, CounterDelta>();
  const addDelta = ({ name, labels, by }: CounterDelta) => {
    const known = counted.get(`${name}{${labels}}`);
    if (known) known.by += by;
    else counted.set(`${name}{${labels}}`, { name, labels, by });
  };
  return {
    add(name, labels, by = 1) {
      const text = Object.entries(labels)
        .map(([key, value]) => `${key}="${value}"`)
        .join(",");
      addDelta({ name, labels: text, by });
    },
    take() {
      const deltas = [...counted.values()];
      counted = new Map();
      return deltas;
    },
    putBack: (deltas) => deltas.forEach(addDelta),
  };
}
