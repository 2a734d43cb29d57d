import { Button } from "../../components/ui/button.tsx";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { Card } from "../../components/ui/page.tsx";

/** A key, the one time that it is shown. */
export function NewKey({ secret, onDone }: { secret: string; onDone(): void }) {
  return (
    <Card title="Your new key">
      <p>Copy it now: it is shown this once, and kept nowhere in a readable form.</p>
      <CopyField label="Key" value={secret} autoSelect />
      <Button className="justify-self-start" onClick={onDone}>
        Done
      </Button>
    </Card>
  );
}
