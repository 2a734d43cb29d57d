import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useBlocker, type ShouldBlockFn } from "@tanstack/react-router";
import { Button, buttonClass } from "./button.tsx";

// A link within the page, such as the one to its content, leaves nothing.
const isLeaving: ShouldBlockFn = ({ current, next }) => current.pathname !== next.pathname;

/** Asks before somebody leaves what is not saved, whether within the dashboard or by closing the tab. */
export function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: isLeaving,
    disabled: !isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  return (
    <AlertDialog.Root open={status === "blocked"} onOpenChange={(isOpen) => !isOpen && reset?.()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-1/2 gap-4 rounded-lg border border-line bg-surface p-4 shadow-xl">
          <AlertDialog.Title className="text-base font-semibold">Leave without saving?</AlertDialog.Title>
          <AlertDialog.Description className="text-muted">
            Your changes of this page are lost then.
          </AlertDialog.Description>
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialog.Close className={buttonClass()}>Stay here</AlertDialog.Close>
            <Button look="danger" onClick={proceed}>
              Leave
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
