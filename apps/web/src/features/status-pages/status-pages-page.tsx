import { STATUS_PAGES, type StatusPageView } from "@pulsecheck/shared/status-page";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ExternalLink, Eye, EyeOff, Globe, Lock, Plus } from "lucide-react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { useMayWrite } from "../account/workspace.ts";
import { publicAddress, statusPagesQuery } from "./status-page-queries.ts";

/** Every public page of the workspace. */
export function StatusPagesPage() {
  const { data: pages, error, refetch } = useQuery(statusPagesQuery);
  const mayWrite = useMayWrite();
  return (
    <Page title="Status pages" actions={mayWrite && <NewPage count={pages?.length ?? 0} />}>
      {pages === undefined && error === null && <Loading what="status pages" />}
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {pages?.length === 0 && (
        <Empty title="No status page yet">
          A status page shows everybody how the monitors of your choice are: up or down now, their uptime of the last 90
          days, and their incidents. It has an address of its own, needs no account, and can have a password.
        </Empty>
      )}
      {pages !== undefined && pages.length > 0 && (
        <ul aria-label="Status pages" className="divide-y divide-line rounded-lg border border-line bg-surface">
          {pages.map((page) => (
            <PageRow key={page.id} page={page} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function NewPage({ count }: { count: number }) {
  if (count >= STATUS_PAGES.perWorkspace)
    return <p className="text-muted">A workspace has at most {STATUS_PAGES.perWorkspace} status pages.</p>;
  return (
    <Link to="/status-pages/new" className={buttonClass("primary")}>
      <Plus aria-hidden className="size-4" />
      New status page
    </Link>
  );
}

function PageRow({ page }: { page: StatusPageView }) {
  const { id, slug, title, is_published: isPublished, has_password: hasPassword, groups } = page;
  const count = groups.reduce((sum, { components }) => sum + components.length, 0);
  return (
    <li className="grid gap-x-4 gap-y-2 p-4 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
      <div className="min-w-0">
        <Link to="/status-pages/$id" params={{ id }} className="font-medium hover:underline">
          {title}
        </Link>
        <p className="text-muted">
          {isPublished ? (
            <a href={publicAddress(slug)} target="_blank" rel="noreferrer" className="underline">
              {slug}
              <ExternalLink aria-hidden className="ml-1 inline size-3.5" />
              <span className="sr-only"> (opens in a new tab)</span>
            </a>
          ) : (
            slug
          )}
        </p>
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted sm:justify-end">
        <Fact Icon={isPublished ? Eye : EyeOff} words={isPublished ? "Published" : "Draft"} />
        <Fact Icon={hasPassword ? Lock : Globe} words={hasPassword ? "Password" : "Open"} />
        <span>{count === 1 ? "1 monitor" : `${count} monitors`}</span>
      </p>
    </li>
  );
}

function Fact({ Icon, words }: { Icon: typeof Eye; words: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <Icon aria-hidden className="size-4" />
      {words}
    </span>
  );
}
