import { ChevronRight } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { Time } from "../../components/ui/time.tsx";

type Props = {
  at: string;
  /** The cells after the time. */
  children: ReactNode;
  /** How many columns the table has. */
  columns: number;
  /** What it shows when it is opened. */
  facts: ReactNode;
};

/** A row of a log, which opens at its time. */
export function LogRow({ at, children, columns, facts }: Props) {
  const [isOpen, setOpen] = useState(false);
  const more = useId();
  return (
    <>
      <tr className="border-t border-line align-top">
        <td className="py-1.5">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={isOpen ? more : undefined}
            onClick={() => setOpen(!isOpen)}
            className="inline-flex items-start gap-1 text-left hover:underline"
          >
            <ChevronRight aria-hidden className={`mt-0.5 size-4 shrink-0 text-muted ${isOpen ? "rotate-90" : ""}`} />
            <Time at={at} precision="second" />
          </button>
        </td>
        {children}
      </tr>
      {isOpen && (
        <tr id={more}>
          <td colSpan={columns} className="pb-3 pl-5">
            {facts}
          </td>
        </tr>
      )}
    </>
  );
}
