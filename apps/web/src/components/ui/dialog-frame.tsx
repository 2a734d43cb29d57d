import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ComponentProps, ReactNode } from "react";
import { buttonClass } from "./button.tsx";

type PopupProps = Pick<ComponentProps<typeof AlertDialog.Popup>, "finalFocus"> & { title: string; children: ReactNode };

/** A dialog's window; it stands in an `AlertDialog.Root`. */
export function DialogPopup({ title, children, ...popup }: PopupProps) {
  return (
    <AlertDialog.Portal>
      <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
      <AlertDialog.Popup
        className="fixed top-1/2 left-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-1/2 gap-4 rounded-lg border border-line bg-surface p-4 shadow-xl"
        {...popup}
      >
        <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
        {children}
      </AlertDialog.Popup>
    </AlertDialog.Portal>
  );
}

type Props = PopupProps & {
  /** What is at stake. */
  text: ReactNode;
  /** What the button says that changes nothing. */
  cancel: string;
};

/** What a dialog shows that asks before something is lost; `children` is the button that goes on. */
export function DialogFrame({ text, cancel, children, ...popup }: Props) {
  return (
    <DialogPopup {...popup}>
      <AlertDialog.Description className="text-muted">{text}</AlertDialog.Description>
      <div className="flex flex-wrap justify-end gap-2">
        <AlertDialog.Close className={buttonClass()}>{cancel}</AlertDialog.Close>
        {children}
      </div>
    </DialogPopup>
  );
}
