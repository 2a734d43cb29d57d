/** Those who want to hear of something. */
export type Listeners<T extends unknown[] = []> = {
  /** Returns what takes it back. */
  add(listener: (...told: T) => void): () => void;
  tell(...what: T): void;
};

export function createListeners<T extends unknown[] = []>(): Listeners<T> {
  const all = new Set<(...told: T) => void>();
  return {
    add(listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(...what) {
      for (const listener of all) listener(...what);
    },
  };
}
