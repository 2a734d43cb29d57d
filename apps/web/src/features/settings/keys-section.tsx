import type { ApiKeyView } from "@pulsecheck/shared/api-key";
import { roleAllows } from "@pulsecheck/shared/role";
import { infiniteQueryOptions, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Confirm } from "../../components/ui/confirm.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useNow } from "../../lib/now.ts";
import { workspaceQuery } from "../account/workspace.ts";
import { NewKeyForm } from "./new-key-form.tsx";
import { NewKey } from "./new-key.tsx";

const keysQuery = infiniteQueryOptions({
  queryKey: ["api-keys"],
  queryFn: ({ pageParam: cursor }) =>
    ask(api.GET("/api/v1/api-keys", { params: { query: cursor === undefined ? {} : { cursor } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  refetchOnMount: "always",
});

/** Keys for machines: for admins only. */
export function KeysSection() {
  const workspace = useQuery(workspaceQuery);
  if (workspace.error) return <Failed error={workspace.error} retry={() => void workspace.refetch()} />;
  if (workspace.data === undefined) return <Loading what="API keys" />;
  if (roleAllows(workspace.data.role, "admin")) return <Keys />;
  return (
    <Card title="API keys">
      <p>
        A key lets a machine use the API in the name of this workspace, so only its admins may see and make them. Your
        role here is {workspace.data.role}: ask one of them.
      </p>
    </Card>
  );
}

function Keys() {
  const queries = useQueryClient();
  const query = useInfiniteQuery(keysQuery);
  // The key lives here alone: it is gone once this part of the page is.
  const [key, setKey] = useState<string | null>(null);
  const reread = () => void queries.invalidateQueries({ queryKey: keysQuery.queryKey });
  return (
    <>
      {key === null ? (
        <Card title="New API key">
          <NewKeyForm
            onCreated={(created) => {
              setKey(created);
              reread();
            }}
          />
        </Card>
      ) : (
        <NewKey
          secret={key}
          onDone={() => {
            setKey(null);
            document.getElementById("main")?.focus({ preventScroll: true });
          }}
        />
      )}
      <Card title="API keys">
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.isLoading && <Loading what="API keys" />}
        {query.data?.pages[0]?.items.length === 0 && <p className="text-muted">There are none yet.</p>}
        <ul aria-label="API keys" className="divide-y divide-line">
          {query.data?.pages.flatMap(({ items }) =>
            items.map((one) => <KeyItem key={one.id} item={one} onRevoked={reread} />),
          )}
        </ul>
        <LoadMore query={query} />
      </Card>
    </>
  );
}

function KeyItem({ item, onRevoked }: { item: ApiKeyView; onRevoked(): void }) {
  const { id, name, role, prefix, created_at, last_used_at, expires_at, revoked_at } = item;
  const now = useNow();
  const isOver = revoked_at !== null || (expires_at !== null && Date.parse(expires_at) <= now);
  const finish = () => {
    onRevoked();
    tell(`The key ${name} is revoked.`);
  };
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className={`font-medium ${isOver ? "text-muted line-through" : ""}`}>{name}</p>
        <p className="text-muted">
          <code>{prefix}…</code> · {role} · created <Time at={created_at} /> ·{" "}
          {last_used_at === null ? (
            "never used"
          ) : (
            <>
              last used <Time at={last_used_at} />
            </>
          )}{" "}
          ·{" "}
          {expires_at === null ? (
            "does not expire"
          ) : (
            <>
              expires <Time at={expires_at} />
            </>
          )}
        </p>
      </div>
      {revoked_at === null ? (
        <Confirm
          label="Revoke"
          accessibleName={`Revoke ${name}`}
          title={`Revoke the key ${name}?`}
          confirm="Revoke it"
          onConfirm={() => ask(api.DELETE("/api/v1/api-keys/{id}", { params: { path: { id } } }))}
          onDone={finish}
        >
          Whatever uses it is refused from that moment on. This cannot be taken back.
        </Confirm>
      ) : (
        <p className="text-muted">
          Revoked <Time at={revoked_at} />
        </p>
      )}
    </li>
  );
}
