import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { sessionsQuery } from "./sessions-query.ts";
import { describeUserAgent } from "./user-agent.ts";

type Session = Awaited<ReturnType<NonNullable<typeof sessionsQuery.queryFn>>>[number];

/** Where the reader is logged in; what is ended here is thrown out at once. */
export function SessionsSection() {
  const { data, error, isLoading, refetch } = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const list = useRef<HTMLUListElement>(null);
  const forget = (isGone: (session: Session) => boolean) =>
    queries.setQueryData(sessionsQuery.queryKey, (old) => old?.filter((session) => !isGone(session)));
  const forgetOthers = () => {
    forget(({ is_current: isCurrent }) => !isCurrent);
    tell("All your other sessions have ended.");
  };
  return (
    <Card title="Sessions" actions={(data?.length ?? 0) > 1 && <EndOthers onDone={forgetOthers} />}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {isLoading && <Loading what="sessions" />}
      <ul ref={list} tabIndex={-1} aria-label="Sessions" className="divide-y divide-line outline-none">
        {data?.map((session) => (
          <SessionItem
            key={session.id}
            session={session}
            onEnded={() => {
              list.current?.focus();
              forget(({ id }) => id === session.id);
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

function EndOthers({ onDone }: { onDone(): void }) {
  return (
    <Confirm
      label="End all others"
      title="End all other sessions?"
      confirm="End them"
      onConfirm={() => ask(api.DELETE("/users/me/sessions"))}
      onDone={onDone}
    >
      You are logged out everywhere but here.
    </Confirm>
  );
}

function SessionItem({ session, onEnded }: { session: Session; onEnded(): void }) {
  const { id, address, user_agent: userAgent, created_at, expires_at, is_current: isCurrent } = session;
  const words = describeUserAgent(userAgent);
  const ending = useMutation({
    mutationFn: () => ask(api.DELETE("/users/me/sessions/{id}", { params: { path: { id } } })),
    onSuccess: onEnded,
    onError: tellError,
  });
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium" title={userAgent ?? undefined}>
          {words}
          {isCurrent && <span className="ml-2 rounded bg-up-soft px-1.5 text-xs text-up">This one</span>}
        </p>
        <p className="text-muted">
          {address !== null && `${address} · `}since <Time at={created_at} /> · until <Time at={expires_at} />
        </p>
      </div>
      {!isCurrent && (
        <Button isBusy={ending.isPending} onClick={() => ending.mutate()} aria-label={`End ${words}`}>
          End
        </Button>
      )}
    </li>
  );
}
