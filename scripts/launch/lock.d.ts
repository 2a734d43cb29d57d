/** `takenOver`: a process that has died without releasing it held it before. */
export type HeldLock = { held: true; takenOver: boolean; release: () => void };
export type BusyLock = { held: false; ownerPid: number | null };

export function processIdentity(pid: number): string | null;
export function tryLock(path: string): HeldLock | BusyLock;
export function waitForLock(path: string, onWait: (ownerPid: number | null) => void): Promise<HeldLock>;
