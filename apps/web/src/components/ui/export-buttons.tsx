import { Download } from "lucide-react";
import { useState } from "react";
import {
  EXPORT_FORMATS,
  saveExport,
  type Exported,
  type ExportFormat,
  type ExportQuery,
} from "../../lib/save-export.ts";
import { Button } from "./button.tsx";
import { tell, tellError } from "./toasts.tsx";

type Props<What extends Exported> = {
  /** What a button says to those who do not see what it stands beside: `monitors`. */
  label: string;
  what: What;
  /** The filters of the list that is shown. */
  filters(): ExportQuery<What>;
};
type Running = { format: ExportFormat; bytes: number };

/** Saves all that a list holds as a file, not only what is loaded of it. */
export function ExportButtons<What extends Exported>({ label, what, filters }: Props<What>) {
  const [running, setRunning] = useState<Running | null>(null);
  const save = async (format: ExportFormat) => {
    setRunning({ format, bytes: 0 });
    try {
      await saveExport(what, filters(), format, (bytes) => setRunning({ format, bytes }));
      tell(`The ${label} are saved as a file.`);
    } catch (error) {
      tellError(error);
    } finally {
      setRunning(null);
    }
  };
  return (
    <div role="group" aria-label={`Export the ${label}`} className="flex rounded-md border border-edge/60 bg-surface">
      {(Object.keys(EXPORT_FORMATS) as ExportFormat[]).map((format) => (
        <Button
          key={format}
          look="quiet"
          className="px-2.5 first:rounded-r-none last:rounded-l-none last:border-l last:border-edge/60"
          isBusy={running !== null}
          aria-label={`Export the ${label} as ${EXPORT_FORMATS[format]}`}
          onClick={() => void save(format)}
        >
          {format === "csv" && <Download aria-hidden className="size-4" />}
          {running?.format === format ? formatBytes(running.bytes) : EXPORT_FORMATS[format]}
        </Button>
      ))}
    </div>
  );
}

const MEGABYTES = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function formatBytes(bytes: number): string {
  return `${MEGABYTES.format(bytes / 1e6)} MB …`;
}
