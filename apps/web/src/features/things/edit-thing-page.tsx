import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { DefaultValues, FieldValues } from "react-hook-form";
import type { z } from "zod";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { changedOf } from "../../lib/changed-of.ts";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { isMissing } from "../monitors/monitor-queries.ts";
import type { ThingWords } from "./thing.ts";

type Editing<Thing, Values extends FieldValues, Input extends object> = {
  words: ThingWords;
  id: string;
  /** What stands in the form, and what is sent of it. */
  valuesOf(thing: Thing): Values;
  inputOf(values: Values): Input;
  schema: z.ZodType<unknown, Values>;
  /** Sends what changed. */
  send(change: Partial<Input>): Promise<unknown>;
  children(form: ApiForm<Values>): ReactNode;
};

/** All settings of one thing. */
export function EditThingPage<Thing extends { name: string }, Values extends FieldValues, Input extends object>({
  query: { data, error, isFetchedAfterMount, refetch },
  ...editing
}: Editing<Thing, Values, Input> & { query: UseQueryResult<Thing> }) {
  const { words, id } = editing;
  if (isMissing(error)) return <NotFound />;
  return (
    <Page title={data === undefined ? `Edit the ${words.one}` : `Edit ${data.name}`}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {/* What stands in the form must be what is stored now. */}
      {data !== undefined && isFetchedAfterMount ? (
        <EditForm key={id} thing={data} {...editing} />
      ) : (
        !error && <Loading what={`the ${words.one}`} />
      )}
    </Page>
  );
}

function EditForm<Thing extends object, Values extends FieldValues, Input extends object>(
  props: Editing<Thing, Values, Input> & { thing: Thing },
) {
  const { words, id, thing, valuesOf, inputOf, schema, send, children } = props;
  const navigate = useNavigate();
  const [before] = useState(thing);
  const form = useApiForm<Values>(schema, valuesOf(before) as DefaultValues<Values>);
  const page = { to: `${words.place}/$id`, params: { id } } as const;
  const save = async (values: Values) => {
    const change = changedOf(inputOf(values), before);
    if (Object.keys(change).length > 0) {
      await send(change);
      tell("Saved");
    }
    await navigate({ ...page, ignoreBlocker: true });
  };
  const cancel = (
    <Link {...page} className={buttonClass()}>
      Cancel
    </Link>
  );
  return (
    <div className="max-w-3xl rounded-lg border border-line bg-surface p-4">
      <Form form={form} submit="Save" send={save} more={cancel}>
        <LeaveGuard isDirty={form.formState.isDirty} />
        {children(form)}
      </Form>
    </div>
  );
}
