import { IMPORT_KINDS, LARGEST_IMPORT_BYTES, type ImportKind } from "@pulsecheck/shared/import";
import { Upload } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Field, SelectField } from "../../components/ui/field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { api, ask } from "../../lib/api.ts";
import { saveFile } from "../../lib/save-export.ts";
import { tellError } from "../../components/ui/toasts.tsx";
import type { Source } from "./import-queries.ts";
import { KINDS } from "./import-words.ts";

type Props = { isBusy: boolean; check(source: Source): void; onChange(): void };

/** Asks what is to be imported: of which kind, and a file or pasted text. */
export function ImportSource({ isBusy, check, onChange }: Props) {
  const [kind, setKind] = useState<ImportKind>("monitors_csv");
  const { file, pasted, error, choose, paste, judge } = useContent(onChange);
  const send = () => {
    const content = judge();
    if (content !== null) check({ kind, name: file?.name ?? "pasted text", content });
  };
  return (
    <Card title="What to import">
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) send();
        }}
      >
        <KindField
          kind={kind}
          choose={(next) => {
            onChange();
            setKind(next);
          }}
        />
        <FileDrop accept={KINDS[kind].accept} file={file} choose={choose} />
        <Field label="Or paste it here" error={error}>
          {({ className, ...control }) => (
            <textarea
              {...control}
              rows={4}
              className={`${className} font-mono`}
              value={pasted}
              onChange={({ target }) => paste(target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button look="primary" type="submit" isBusy={isBusy}>
            Check it
          </Button>
          <Button onClick={() => void saveSample(kind).catch(tellError)}>Save a sample</Button>
        </div>
      </form>
    </Card>
  );
}

/** A file or a text: the later one counts. */
function useContent(onChange: () => void) {
  const [file, setFile] = useState<File | null>(null);
  const [pasted, setPasted] = useState("");
  const [error, setError] = useState<string>();
  const set = (nextFile: File | null, text: string) => {
    onChange();
    setError(undefined);
    setFile(nextFile);
    setPasted(text);
  };
  /** What there is to send; null where it cannot be. */
  const judge = (): Blob | null => {
    const content = file ?? new Blob([pasted]);
    if (content.size > 0 && content.size <= LARGEST_IMPORT_BYTES) return content;
    setError(content.size === 0 ? "Choose a file, or paste what is in it" : "A file may have at most 32 MB");
    return null;
  };
  return {
    file,
    pasted,
    error,
    judge,
    choose: (next: File | null) => set(next, ""),
    paste: (text: string) => set(null, text),
  };
}

function KindField({ kind, choose }: { kind: ImportKind; choose(kind: ImportKind): void }) {
  return (
    <SelectField
      label="Kind"
      hint={KINDS[kind].hint}
      value={kind}
      onChange={({ target }) => choose(target.value as ImportKind)}
    >
      {IMPORT_KINDS.map((one) => (
        <option key={one} value={one}>
          {KINDS[one].label}
        </option>
      ))}
    </SelectField>
  );
}

async function saveSample(kind: ImportKind): Promise<void> {
  const name = `sample-${kind.replace("_csv", ".csv").replace("uptime_kuma", "uptime-kuma.json").replace("url_list", "urls.txt")}`;
  const call = api.GET("/api/v1/imports/samples/{kind}", { params: { path: { kind } }, parseAs: "text" });
  saveFile(name, new Blob([await ask(call)]));
}

type DropProps = { accept: string; file: File | null; choose(file: File | null): void };

function FileDrop({ accept, file, choose }: DropProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0] ?? null);
  };
  return (
    <div
      className={`flex flex-wrap items-center gap-3 rounded-lg border border-dashed p-4 ${isOver ? "border-accent bg-sunken" : "border-edge"}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        ref={input}
        type="file"
        aria-label="File"
        tabIndex={-1}
        className="sr-only"
        accept={accept}
        onChange={({ target }) => {
          choose(target.files?.[0] ?? null);
          // The same file may be chosen again once it is mended.
          target.value = "";
        }}
      />
      <Button onClick={() => input.current?.click()}>
        <Upload aria-hidden className="size-4" />
        Choose a file
      </Button>
      <p role="status" className="min-w-0 break-all text-muted">
        {file === null ? "or drop it here" : `${file.name}, ${(file.size / 1_000).toFixed(1)} kB`}
      </p>
    </div>
  );
}
