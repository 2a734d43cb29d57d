import { Copy } from "lucide-react";
import { useRef } from "react";
import { Button } from "./button.tsx";
import { tell } from "./toasts.tsx";

/** Lines to be copied, by a button or by hand. */
export function CopyBlock({ label, text }: { label: string; text: string }) {
  const block = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied.");
    } catch {
      // Browsers give the clipboard to pages behind TLS only.
      if (block.current) getSelection()?.selectAllChildren(block.current);
      tell("The browser does not let us copy. The text is marked: copy it yourself.", "failed");
    }
  };
  return (
    <div className="grid min-w-0 gap-2">
      <pre
        ref={block}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
        tabIndex={0}
        role="region"
        aria-label={label}
        className="overflow-x-auto rounded-md bg-sunken p-3"
      >
        <code>{text}</code>
      </pre>
      <Button className="justify-self-start" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        <Copy aria-hidden className="size-4" />
        Copy
      </Button>
    </div>
  );
}
