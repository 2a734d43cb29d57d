import type { ReactNode } from "react";

/** What a chart shows, as numbers: a table, opened by those who want it. */
export function NumbersBehind({ label, children }: { label: string; children: ReactNode }) {
  return (
    <details>
      <summary className="w-fit cursor-pointer font-medium text-accent">Show as a table</summary>
      <ScrollRegion label={`${label} as a table`} look="mt-2 max-h-96 overflow-auto">
        {children}
      </ScrollRegion>
    </details>
  );
}

/** What may be wider or longer than its place. */
export function ScrollRegion({ label, look, children }: { label: string; look: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <div role="region" aria-label={label} tabIndex={0} className={look}>
      {children}
    </div>
  );
}
