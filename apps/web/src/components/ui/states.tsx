import type { ReactNode } from "react";
import { Button } from "./button.tsx";

/** What a view says while its data are under way; `what` names them for those who cannot see. */
export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="grid gap-3 py-6">
      <span className="sr-only">Loading {what} …</span>
      {["w-2/3", "w-full", "w-5/6"].map((width) => (
        <div key={width} className={`h-4 animate-pulse rounded bg-sunken ${width}`} />
      ))}
    </div>
  );
}

/** What a view says when its data cannot be had, with a way to try again. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div role="alert" className="grid justify-items-start gap-3 rounded-lg border border-down/50 bg-down-soft p-4">
      <p>{error.message}</p>
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** What a view says when there is nothing: what would be here, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 rounded-lg border border-dashed border-edge/60 px-4 py-10 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="max-w-prose text-muted">{children}</div>}
    </div>
  );
}
