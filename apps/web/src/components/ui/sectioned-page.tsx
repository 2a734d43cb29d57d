import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";
import { Page } from "./page.tsx";

type Props<Section extends string> = {
  title: string;
  to: "/settings" | "/operator";
  /** What its parts are called, by their name in the address; the first one needs none. */
  labels: Readonly<Record<Section, string>>;
  shown: Section;
  /** How wide the list of its parts and the part that is shown are, side by side. */
  columns: string;
  children: ReactNode;
};

/** A page that shows one of its parts at a time, beside a list of them all. */
export function SectionedPage<Section extends string>(props: Props<Section>) {
  const { title, to, labels, shown, columns, children } = props;
  return (
    <Page title={`${labels[shown]} · ${title}`} heading={title}>
      <div className={`grid items-start gap-5 ${columns}`}>
        <nav aria-label={title} className="flex flex-wrap gap-1 md:grid">
          {Object.entries<string>(labels).map(([section, label], at) => (
            <Link
              key={section}
              to={to}
              // Each page has parts of its own, and drops those of the other.
              search={(at === 0 ? {} : { section }) as never}
              activeOptions={{ exact: true }}
              className={buttonClass("quiet", "justify-start aria-[current=page]:bg-sunken")}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="grid gap-5">{children}</div>
      </div>
    </Page>
  );
}
