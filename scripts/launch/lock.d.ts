export type HeldLock = { held: true; release: () => void };
export type BusyLock = { held: false; ownerPid: number | null };

export function processIdentity(pid: number): string | null;
export function tryLock(path: string): HeldLock | BusyLock;
export function waitForLock(
  path: string,
  onWait: (ownerPid: number | null) => void,
): Promise<HeldLock>;
