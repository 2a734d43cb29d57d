import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";

type Props = { label: string; value: string; onChange(text: string): void };

/** A field that searches while one types. The slash leads to it. */
export function SearchBox({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  // The address lags behind what is typed: while one writes, the text is the box's own.
  const [text, setText] = useState(value);
  const [isWriting, setWriting] = useState(false);
  useEffect(() => {
    // The slash leads here, as on other sites, unless one is writing.
    const focus = (event: KeyboardEvent) => {
      const isElsewhere = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  return (
    <div className="relative min-w-40 flex-1 max-sm:basis-full">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={`${label}  ( / )`}
        className="min-h-9 w-full rounded-md border border-edge bg-surface py-1.5 pr-2 pl-8 text-base sm:text-sm"
        value={isWriting ? text : value}
        onFocus={() => {
          setText(value);
          setWriting(true);
        }}
        onBlur={() => setWriting(false)}
        onChange={(event) => {
          setText(event.target.value);
          onChange(event.target.value);
        }}
      />
    </div>
  );
}
