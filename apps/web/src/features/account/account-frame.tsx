import { Activity } from "lucide-react";
import type { ReactNode } from "react";
import { Page } from "../../components/ui/page.tsx";

/** The frame of the pages before the login: one narrow column. */
export function AccountFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main
      tabIndex={-1}
      aria-labelledby="title"
      className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 px-4 py-10 outline-none"
    >
      <p className="flex items-center gap-2 text-base font-semibold">
        <Activity aria-hidden className="size-6 text-accent" />
        PulseCheck
      </p>
      <Page title={title}>{children}</Page>
    </main>
  );
}
