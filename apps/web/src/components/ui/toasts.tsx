import { Toast } from "@base-ui/react/toast";
import { buttonClass } from "./button.tsx";

const toasts = Toast.createToastManager();

/** Tells something that has happened, for a few seconds. */
export function tell(title: string, kind: "done" | "failed" = "done"): void {
  toasts.add({
    title,
    type: kind,
    priority: kind === "failed" ? "high" : "low",
    timeout: kind === "failed" ? 10_000 : 5_000,
  });
}

/** Tells what failed, in the words of the error. */
export function tellError(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), "failed");
}

/**
 * Offers to undo, until that is taken, closed or withdrawn by what this returns; then `then` is called. The clock is the
 * caller's: a toast's own stands still while nobody looks.
 */
export function offerUndo(title: string, then: (isUndone: boolean) => void): () => void {
  let isUndone = false;
  const id = toasts.add({
    title,
    type: "done",
    timeout: 0,
    actionProps: {
      children: "Undo",
      onClick() {
        isUndone = true;
        toasts.close(id);
      },
    },
    onClose: () => then(isUndone),
  });
  return () => toasts.close(id);
}

/** Where toasts appear. F6 leads to them. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-3 bottom-3 z-50 mx-auto flex max-w-md flex-col gap-2 sm:right-4 sm:left-auto sm:w-96">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={`flex items-center justify-between gap-3 rounded-lg border bg-surface p-3 shadow-lg ${toast.type === "failed" ? "border-down" : "border-edge"}`}
    >
      <Toast.Content className="min-w-0">
        <Toast.Title className="text-sm" />
      </Toast.Content>
      <div className="flex shrink-0 gap-1">
        {toast.actionProps && <Toast.Action className={buttonClass("plain")} />}
        <Toast.Close className={buttonClass("quiet")}>Close</Toast.Close>
      </div>
    </Toast.Root>
  ));
}
