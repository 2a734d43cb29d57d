import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useBlocker, type ShouldBlockFn } from "@tanstack/react-router";
import { Button } from "./button.tsx";
import { DialogFrame } from "./dialog-frame.tsx";

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
      <DialogFrame title="Leave without saving?" text="Your changes of this page are lost then." cancel="Stay here">
        <Button look="danger" onClick={proceed}>
          Leave
        </Button>
      </DialogFrame>
    </AlertDialog.Root>
  );
}
