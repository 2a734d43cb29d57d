import type { StatusPageView } from "@pulsecheck/shared/status-page";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { useMayWrite, workspaceQuery } from "../account/workspace.ts";
import { draftOf, NEW_DRAFT, type Draft } from "./draft.ts";
import { LinksCard } from "./links-card.tsx";
import { publicAddress, statusPageQuery } from "./status-page-queries.ts";
import { StatusPageForm } from "./status-page-form.tsx";

const route = getRouteApi("/inside/status-pages/$id");

export function NewStatusPage() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async (body: Draft) => {
    const page = await ask(api.POST("/api/v1/status-pages", { body: withoutUndefined(body) }));
    queries.setQueryData(statusPageQuery(page.id).queryKey, page);
    tell(page.is_published ? "The page is created: everybody can see it." : "The page is created, as a draft.");
    await navigate({ to: "/status-pages/$id", params: { id: page.id }, replace: true, ignoreBlocker: true });
  };
  return (
    <Page title="New status page">
      <StatusPageForm draft={NEW_DRAFT} submit="Create the page" send={create} />
    </Page>
  );
}

export function EditStatusPage() {
  const { id } = route.useParams();
  const { data: page, error, refetch } = useQuery(statusPageQuery(id));
  const workspace = useQuery(workspaceQuery);
  const failure = error ?? workspace.error;
  if (page !== undefined && workspace.data !== undefined) return <Editor key={id} page={page} />;
  if (failure === null)
    return (
      <Page title="Status page">
        <Loading what="the status page" />
      </Page>
    );
  const retry = () => void Promise.all([refetch(), workspace.refetch()]);
  return (
    <Page title="Status page">
      <Failed error={failure} retry={retry} />
    </Page>
  );
}

function Editor({ page }: { page: StatusPageView }) {
  const queries = useQueryClient();
  const mayWrite = useMayWrite();
  const save = async (body: Draft) => {
    const params = { path: { id: page.id } };
    const changed = changedOf(withoutUndefined(body), withoutUndefined(draftOf(page)));
    const saved = await ask(api.PATCH("/api/v1/status-pages/{id}", { params, body: changed }));
    queries.setQueryData(statusPageQuery(page.id).queryKey, saved);
    tell("The page is saved.");
    return draftOf(saved);
  };
  const actions = (
    <>
      {page.is_published && (
        <a href={publicAddress(page.slug)} target="_blank" rel="noreferrer" className={buttonClass()}>
          <ExternalLink aria-hidden className="size-4" />
          Open the page
          <span className="sr-only"> (in a new tab)</span>
        </a>
      )}
      {mayWrite && <DeletePage page={page} />}
    </>
  );
  return (
    <Page title={page.title} actions={actions}>
      {mayWrite ? (
        <StatusPageForm draft={draftOf(page)} page={page} submit="Save" send={save} />
      ) : (
        <p className="text-muted">Your role lets you see this page, and not change it.</p>
      )}
      <LinksCard page={page} />
    </Page>
  );
}

function DeletePage({ page }: { page: StatusPageView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    tell(`The status page ${page.title} is deleted.`);
    await navigate({ to: "/status-pages", ignoreBlocker: true });
    queries.removeQueries({ queryKey: statusPageQuery(page.id).queryKey });
  };
  return (
    <Confirm
      label="Delete"
      title={`Delete the status page “${page.title}”?`}
      confirm="Delete it"
      onConfirm={() => ask(api.DELETE("/api/v1/status-pages/{id}", { params: { path: { id: page.id } } }))}
      onDone={() => void leave()}
    >
      Its address, feed and badges stop working at once, and others may take the address. The monitors stay.
    </Confirm>
  );
}

/** What is not said stays as it is: as JSON would leave it out. */
function withoutUndefined({ password, groups, ...texts }: Draft) {
  const components = groups.map((group) => ({
    ...group,
    components: group.components.map(({ monitor_id, name = null }) => ({ monitor_id, name })),
  }));
  return { ...texts, groups: components, ...(password === undefined ? {} : { password }) };
}
