import type { ComponentProps } from "react";

export type ButtonLook = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<ButtonLook, string> = {
  primary: "bg-accent text-on-accent hover:opacity-90",
  plain: "border border-edge/60 bg-surface hover:bg-sunken",
  quiet: "hover:bg-sunken",
  danger: "bg-down text-on-danger hover:opacity-90",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", more = ""): string {
  return `inline-flex min-h-9 items-center justify-center gap-2 rounded-md px-3 py-1.5 font-medium whitespace-nowrap disabled:opacity-60 aria-disabled:opacity-60 ${LOOKS[look]} ${more}`;
}

type Props = ComponentProps<"button"> & { look?: ButtonLook; isBusy?: boolean };

/** A button; while busy it cannot be pressed again, says so, and keeps the focus, which a disabled one would lose. */
export function Button({ look = "plain", isBusy = false, className = "", type = "button", onClick, ...rest }: Props) {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- it has one: its default is the harmless one
      type={type}
      className={buttonClass(look, className)}
      aria-busy={isBusy}
      aria-disabled={isBusy ? true : undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}
