import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { InputField } from "../../components/ui/field.tsx";
import type { ApiForm } from "../../lib/form.ts";
import { addComponent, callGroup, moveGroup, PART, removeGroup, renameGroup, type Step } from "./arrangement.ts";
import { ComponentRow } from "./component-row.tsx";
import type { Draft, Groups } from "./draft.ts";
import { MonitorPicker } from "./monitor-picker.tsx";

export type GroupProps = {
  groups: Groups;
  group: Groups[number];
  index: number;
  /** Monitors' own names by id, for those that the board does not know. */
  names: ReadonlyMap<string, string>;
  take(step: Step): void;
  /** For what is typed: it is not said, and the focus stays. */
  write(groups: Groups): void;
  errorOf: ApiForm<Draft>["errorOf"];
};

/** One group: its name, its place, its monitors. */
export function GroupEditor(props: GroupProps) {
  const { groups, group, index, take, write, errorOf } = props;
  const called = callGroup(group);
  return (
    <fieldset aria-label={called} className="grid min-w-0 gap-3 rounded-md border border-line p-3">
      <div className="grid items-start gap-2 sm:grid-cols-[minmax(0,1fr)_auto]">
        <InputField
          label="Group"
          aria-label={`Name of group ${index + 1}`}
          placeholder="Without a name"
          autoComplete="off"
          data-part={PART.group(index, "name")}
          value={group.name}
          onChange={(event) => write(renameGroup(groups, index, event.target.value))}
          error={errorOf(`groups.${index}.name`)}
        />
        <GroupButtons {...props} />
      </div>
      {group.components.length > 0 && (
        <ul aria-label={`Monitors in ${called}`} className="grid gap-2">
          {group.components.map((component, position) => (
            <ComponentRow key={component.monitor_id} {...props} component={component} position={position} />
          ))}
        </ul>
      )}
      <MonitorPicker
        label={`Add a monitor to ${called}`}
        part={PART.group(index, "picker")}
        groups={groups}
        onPick={({ id, name }) => take(addComponent(groups, index, id, name))}
      />
      {group.components.length === 0 && <p className="text-muted">A group without monitors is not kept.</p>}
    </fieldset>
  );
}

function GroupButtons({ groups, group, index, take }: GroupProps) {
  const called = callGroup(group);
  return (
    <div className="flex gap-1 sm:pt-6">
      {groups.length > 1 && (
        <>
          <Button
            data-part={PART.group(index, "up")}
            aria-label={`Move ${called} up`}
            disabled={index === 0}
            onClick={() => take(moveGroup(groups, index, -1))}
          >
            <ArrowUp aria-hidden className="size-4" />
          </Button>
          <Button
            data-part={PART.group(index, "down")}
            aria-label={`Move ${called} down`}
            disabled={index === groups.length - 1}
            onClick={() => take(moveGroup(groups, index, 1))}
          >
            <ArrowDown aria-hidden className="size-4" />
          </Button>
        </>
      )}
      <Button aria-label={`Remove ${called}`} onClick={() => take(removeGroup(groups, index))}>
        <Trash2 aria-hidden className="size-4" />
      </Button>
    </div>
  );
}
