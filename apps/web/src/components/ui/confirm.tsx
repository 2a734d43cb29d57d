import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState, type ReactNode } from "react";
import { Button, buttonClass, type ButtonLook } from "./button.tsx";
import { DialogFrame } from "./dialog-frame.tsx";
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
      <DialogFrame title={title} text={children} cancel="Cancel" finalFocus={() => !isDone}>
        <Button look="danger" isBusy={isBusy} onClick={() => void run()}>
          {confirm}
        </Button>
      </DialogFrame>
    </AlertDialog.Root>
  );
}
