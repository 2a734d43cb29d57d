import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState, type ReactNode } from "react";
import { Button, buttonClass, type ButtonLook } from "./button.tsx";
import { tellError } from "./toasts.tsx";

type Props = {
  /** What the button says that asks. */
  label: ReactNode;
  /** What it is called for those who cannot see what stands beside it. */
  accessibleName?: string;
  look?: ButtonLook;
  title: string;
  children: ReactNode;
  /** What the button says that does it. */
  confirm: string;
  onConfirm(): Promise<unknown>;
  /** Called once it is done and the dialog is closed: only now may the button itself go. */
  onDone(): void;
};

/** A button for what cannot be taken back: it asks first, and closes once it is done. */
export function Confirm({ label, accessibleName, look = "plain", title, children, confirm, onConfirm, onDone }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await onConfirm();
      setDone(true);
      setOpen(false);
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root
      open={isOpen}
      onOpenChange={(next) => {
        setDone(false);
        setOpen(next);
      }}
      onOpenChangeComplete={(isStillOpen) => {
        if (!isDone || isStillOpen) return;
        // The button may go with what was asked about, and the focus must be somewhere.
        document.getElementById("main")?.focus({ preventScroll: true });
        onDone();
      }}
    >
      <AlertDialog.Trigger className={buttonClass(look)} aria-label={accessibleName}>
        {label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
        <AlertDialog.Popup
          finalFocus={() => !isDone}
          className="fixed top-1/2 left-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-1/2 gap-4 rounded-lg border border-line bg-surface p-4 shadow-xl"
        >
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-muted">{children}</AlertDialog.Description>
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialog.Close className={buttonClass()}>Cancel</AlertDialog.Close>
            <Button look="danger" isBusy={isBusy} onClick={() => void run()}>
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
