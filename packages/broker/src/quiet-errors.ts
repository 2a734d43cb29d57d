const QUIET_MS = 30_000;

/** Passes an error on once in 30 s: a server that is away breaks many connections, again and again. */
export function quietErrors(tell: (error: Error) => void): (error: Error) => void {
  let toldAt = 0;
  return (error) => {
    if (Date.now() - toldAt < QUIET_MS) return;
    toldAt = Date.now();
    tell(error);
  };
}
