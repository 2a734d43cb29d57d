/** From `startsAt` up to, but not at, `endsAt`. */
export type Span = { startsAt: Date; endsAt: Date };

/** Spans that are apart from each other, in their order, which cover the same time. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())) {
    const last = merged.at(-1);
    if (last === undefined || last.endsAt < span.startsAt) merged.push({ ...span });
    else if (span.endsAt > last.endsAt) last.endsAt = span.endsAt;
  }
  return merged;
}

/** When what covers an instant ends; null where nothing does. */
export function coveredUntil(spans: readonly Span[], at: Date): Date | null {
  return mergeSpans(spans).find(({ startsAt, endsAt }) => startsAt <= at && at < endsAt)?.endsAt ?? null;
}

/** How much of `from`..`to` (ms since the epoch) the spans cover, in ms. */
export function coveredMs(spans: readonly Span[], from: number, to: number): number {
  return mergeSpans(spans).reduce((total, { startsAt, endsAt }) => {
    return total + Math.max(0, Math.min(endsAt.getTime(), to) - Math.max(startsAt.getTime(), from));
  }, 0);
}
