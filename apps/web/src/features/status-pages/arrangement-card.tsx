import type { StatusPageView } from "@pulsecheck/shared/status-page";
import { Plus } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/page.tsx";
import type { ApiForm } from "../../lib/form.ts";
import { addGroup, PART, type Step } from "./arrangement.ts";
import type { Draft, Groups } from "./draft.ts";
import { GroupEditor } from "./group-editor.tsx";

type Props = {
  groups: Groups;
  onChange(groups: Groups): void;
  /** Of all groups together. */
  error: string | undefined;
  errorOf: ApiForm<Draft>["errorOf"];
  page: StatusPageView | undefined;
};

/** What the page shows, in groups. Each step is said, and leads the focus on. */
export function ArrangementCard({ groups, onChange, error, errorOf, page }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [last, setLast] = useState<{ step: Step; before: Groups } | null>(null);
  useEffect(() => {
    if (last !== null) focusFirst(box.current, last.step.focus);
  }, [last]);
  const take = (step: Step) => {
    onChange(step.groups);
    setLast({ step, before: groups });
  };
  const write = (written: Groups) => {
    onChange(written);
    setLast(null);
  };
  const names = useMemo(() => namesOn(page), [page]);
  return (
    <Card title="What the page shows">
      <WhatIsPublic />
      <div ref={box} className="grid gap-3">
        {groups.map((group, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a group has no name that is its own
          <GroupEditor key={index} {...{ groups, group, index, names, take, write, errorOf }} />
        ))}
        {error !== undefined && (
          <p role="alert" className="font-medium text-down">
            {error}
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button data-part={PART.addGroup} onClick={() => take(addGroup(groups))}>
            <Plus aria-hidden className="size-4" />
            Add a group
          </Button>
          <p role="status" className="text-muted">
            {last?.step.said}
          </p>
          {last?.step.isUndoable === true && (
            <Button onClick={() => take({ groups: last.before, said: "It is back.", focus: [PART.addGroup] })}>
              Undo
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}

function WhatIsPublic() {
  return (
    <p className="max-w-prose">
      Everybody who can open the page sees of each monitor: the shown name, whether it is up, its uptime and mean
      latency, and when its incidents were, with their cause in general words. Never its URL, an error text, or anything
      of other monitors.
    </p>
  );
}

/** The monitors' own names as they were when the page was read: the board may not know them yet. */
function namesOn(page: StatusPageView | undefined): ReadonlyMap<string, string> {
  const all = page?.groups.flatMap(({ components }) => components) ?? [];
  return new Map(all.map((one) => [one.monitor_id, one.monitor_name]));
}

function focusFirst(box: HTMLElement | null, parts: readonly string[]): void {
  for (const part of parts) {
    const element = box?.querySelector<HTMLElement>(`[data-part="${CSS.escape(part)}"]:not(:disabled)`);
    if (element === null || element === undefined) continue;
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
    return;
  }
}
