const KEY = "pulsecheck:workspace";
const LOST = "pulsecheck:workspace-lost";
/** What stands for the personal workspace, so that a tab can hold to it whatever another tab chose last. */
const PERSONAL = "personal";
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * The workspace that this page shows, because a mail's link says so or it was chosen; null: the reader's personal one.
 * It stays as long as the page does, and to switch is to load it anew: nothing that was read in one workspace is
 * shown, or sent, in another.
 */
export const CHOSEN_WORKSPACE: string | null = recall();

/** Has the next page of this tab show another workspace, and the tabs that are opened from now on. */
export function rememberWorkspace(id: string | null): void {
  keep(sessionStorageOrNone, id ?? PERSONAL);
  keep(localStorageOrNone, id ?? PERSONAL);
}

/** The chosen workspace is not the reader's any more: the next page shows the personal one, and says so once. */
export function giveUpWorkspace(): void {
  rememberWorkspace(null);
  keep(sessionStorageOrNone, "yes", LOST);
}

/** Was the workspace of the page before given up? Answers so once. */
export function takeLoss(): boolean {
  const storage = sessionStorageOrNone();
  const isLost = storage?.getItem(LOST) === "yes";
  storage?.removeItem(LOST);
  return isLost;
}

function recall(): string | null {
  const named = new URLSearchParams(location.search).get("workspace");
  const kept = named ?? sessionStorageOrNone()?.getItem(KEY) ?? localStorageOrNone()?.getItem(KEY) ?? PERSONAL;
  keep(sessionStorageOrNone, kept);
  return UUID.test(kept) ? kept : null;
}

// A browser that keeps nothing for us throws already where the storage is looked for.
function storageOrNone(find: () => Storage): Storage | null {
  try {
    return find();
  } catch {
    return null;
  }
}
function sessionStorageOrNone(): Storage | null {
  return storageOrNone(() => sessionStorage);
}
function localStorageOrNone(): Storage | null {
  return storageOrNone(() => localStorage);
}

function keep(storage: () => Storage | null, value: string, key = KEY): void {
  try {
    storage()?.setItem(key, value);
  } catch {
    // Full, or forbidden: the choice lasts as long as it can.
  }
}
