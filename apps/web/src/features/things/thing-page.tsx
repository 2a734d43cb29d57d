import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState, type ReactNode } from "react";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { capitalise } from "../../lib/format.ts";
import { useMayWrite } from "../account/workspace.ts";
import { isMissing } from "../monitors/monitor-queries.ts";
import type { ThingWords } from "./thing.ts";

type PageProps<Thing> = { words: ThingWords; query: UseQueryResult<Thing>; children(thing: Thing): ReactNode };

/** The page of one thing, once it is there. */
export function ThingPage<Thing extends { name: string }>({ words, query, children }: PageProps<Thing>) {
  const { data, error, refetch } = query;
  if (isMissing(error)) return data === undefined ? <NotFound /> : <Gone words={words} name={data.name} />;
  if (data !== undefined) return children(data);
  return (
    <Page title={capitalise(words.one)}>
      {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading what={`the ${words.one}`} />}
    </Page>
  );
}

function Gone({ words: { place, one, anew }, name }: { words: ThingWords; name: string }) {
  return (
    <Page title={`This ${one} is gone`}>
      <p className="break-words">
        “{name}” was deleted. {anew}
      </p>
      <p>
        <Link to={place} className={buttonClass("primary")}>
          To the {one}s
        </Link>
      </p>
    </Page>
  );
}

type DetailsProps = {
  words: ThingWords;
  id: string;
  name: string;
  /** Was it deleted while one looks? */
  isDeleted: boolean;
  /** Deletes it. */
  remove(): Promise<unknown>;
  children: ReactNode;
};

/** What is shown of one thing, with what can be done about it. */
export function ThingDetails({ isDeleted, children, ...props }: DetailsProps) {
  const { words, name } = props;
  const mayWrite = useMayWrite();
  // Whoever deletes it is led away, and not told that it is gone.
  const [isLeaving, setLeaving] = useState(false);
  if (isDeleted && !isLeaving) return <Gone words={words} name={name} />;
  return (
    <Page title={name} actions={mayWrite ? <Actions {...props} onLeaving={setLeaving} /> : undefined}>
      {children}
    </Page>
  );
}

type ActionsProps = Omit<DetailsProps, "isDeleted" | "children"> & { onLeaving(isLeaving: boolean): void };

function Actions({ words: { place, one, lost }, id, name, remove, onLeaving }: ActionsProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    onLeaving(true);
    try {
      await remove();
    } catch (error) {
      onLeaving(false);
      throw error;
    }
  };
  return (
    <>
      <Link to={`${place}/$id/edit`} params={{ id }} className={buttonClass()}>
        <Pencil aria-hidden className="size-4" />
        Edit
      </Link>
      <Confirm
        label="Delete"
        title={`Delete this ${one}?`}
        confirm="Delete it"
        onConfirm={leave}
        onDone={() => {
          tell(`“${name}” is deleted`);
          void navigate({ to: place }).then(() => queries.removeQueries({ queryKey: [one, id] }));
        }}
      >
        {lost}
      </Confirm>
    </>
  );
}
