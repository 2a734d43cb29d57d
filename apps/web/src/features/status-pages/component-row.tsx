import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { useBoardRow } from "../board/board.tsx";
import { callGroup, moveComponent, nameComponent, PART, removeComponent, sendComponent } from "./arrangement.ts";
import type { Groups } from "./draft.ts";
import type { GroupProps } from "./group-editor.tsx";

type Props = GroupProps & { component: Groups[number]["components"][number]; position: number };

/** A monitor on the page, and the name that everybody sees of it. */
export function ComponentRow(props: Props) {
  const { groups, index, names, write, errorOf, component, position } = props;
  const id = component.monitor_id;
  const name = useBoardRow(id)?.name ?? names.get(id) ?? "A monitor that is gone";
  const path = `groups.${index}.components.${position}` as const;
  const refused = errorOf(`${path}.monitor_id`);
  return (
    <li
      tabIndex={-1}
      data-invalid={refused !== undefined}
      className="grid min-w-0 grid-cols-[minmax(0,1fr)] items-start gap-2 rounded-md bg-sunken p-3 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]"
    >
      <p className="font-medium md:pt-7.5">{name}</p>
      <div>
        <InputField
          label="Shown name"
          aria-label={`Shown name of ${name}`}
          placeholder={name}
          autoComplete="off"
          hint={component.name === null ? "Its own name is shown, to everybody." : undefined}
          value={component.name ?? ""}
          onChange={({ target }) => write(nameComponent(groups, id, target.value === "" ? null : target.value))}
          error={errorOf(`${path}.name`)}
        />
        {refused !== undefined && (
          <p role="alert" className="font-medium text-down">
            {refused}
          </p>
        )}
      </div>
      <ComponentButtons {...props} name={name} />
    </li>
  );
}

function ComponentButtons({ groups, group, index, take, component, position, name }: Props & { name: string }) {
  const id = component.monitor_id;
  return (
    <div className="flex gap-1 md:pt-6">
      {groups.length > 1 && (
        <select
          aria-label={`Group of ${name}`}
          className="min-h-9 min-w-0 rounded-md border border-edge max-md:flex-1 md:w-36 bg-surface px-2 py-1.5"
          data-part={PART.component(id, "group")}
          value={index}
          onChange={({ target }) => take(sendComponent(groups, id, Number(target.value), name))}
        >
          {groups.map((one, i) => (
            // oxlint-disable-next-line react/no-array-index-key -- a group has no name that is its own
            <option key={i} value={i}>
              {one.name.trim() === "" ? "Without a name" : callGroup(one)}
            </option>
          ))}
        </select>
      )}
      <Button
        data-part={PART.component(id, "up")}
        aria-label={`Move ${name} up`}
        disabled={position === 0}
        onClick={() => take(moveComponent(groups, id, -1, name))}
      >
        <ArrowUp aria-hidden className="size-4" />
      </Button>
      <Button
        data-part={PART.component(id, "down")}
        aria-label={`Move ${name} down`}
        disabled={position === group.components.length - 1}
        onClick={() => take(moveComponent(groups, id, 1, name))}
      >
        <ArrowDown aria-hidden className="size-4" />
      </Button>
      <Button
        data-part={PART.component(id, "remove")}
        aria-label={`Remove ${name}`}
        onClick={() => take(removeComponent(groups, id, name))}
      >
        <Trash2 aria-hidden className="size-4" />
      </Button>
    </div>
  );
}
