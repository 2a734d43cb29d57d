import { Copy } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../components/ui/button.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { tell } from "../../components/ui/toasts.tsx";

/** A key, the one time that it is shown. */
export function NewKey({ secret, onDone }: { secret: string; onDone(): void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      tell("The key is copied.");
    } catch {
      // Browsers give the clipboard to pages behind TLS only.
      input.current?.select();
      tell("The browser does not let us copy. The key is marked: copy it yourself.", "failed");
    }
  };
  return (
    <Card title="Your new key">
      <p>Copy it now: it is shown this once, and kept nowhere in a readable form.</p>
      <InputField label="Key" readOnly value={secret} ref={input} />
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={() => void copy()}>
          <Copy aria-hidden className="size-4" />
          Copy
        </Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </Card>
  );
}
