import { useEffect, type ReactNode } from "react";

type Props = { title: string; heading?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A page's frame: the document's title, one h1, which names the main part, and what can be done with it all. */
export function Page({ title, heading, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · PulseCheck`;
  }, [title]);
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 id="title" className="min-w-0 text-xl font-semibold">
          {heading ?? title}
        </h1>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page with a heading of its own. */
export function Card({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid content-start gap-3 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
