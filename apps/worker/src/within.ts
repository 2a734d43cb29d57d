/** Waits for `work`, at most `ms`; rejects with the sentence of `tooLate` after that. The work itself goes on. */
export async function within(ms: number, work: Promise<unknown> | null, tooLate: () => string): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(tooLate())), ms);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
