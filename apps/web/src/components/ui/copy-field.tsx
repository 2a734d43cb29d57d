import { Copy } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { tell } from "./toasts.tsx";

type Props = { label: string; value: string; autoSelect?: boolean };

/** Text to be copied, by a button or by hand; with `autoSelect` it has the focus and is marked from the start. */
export function CopyField({ label, value, autoSelect = false }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoSelect) input.current?.select();
  }, [autoSelect]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      tell("Copied.");
    } catch {
      // Browsers give the clipboard to pages behind TLS only.
      input.current?.select();
      tell("The browser does not let us copy. The text is marked: copy it yourself.", "failed");
    }
  };
  return (
    <Field label={label}>
      {(control) => (
        <div className="flex gap-2">
          <input {...control} ref={input} readOnly value={value} />
          <Button aria-label={`Copy: ${label}`} onClick={() => void copy()}>
            <Copy aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Copy</span>
          </Button>
        </div>
      )}
    </Field>
  );
}
