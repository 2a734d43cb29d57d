import type { Groups } from "./draft.ts";

/**
 * What a step makes of a page's groups, what is said of it, and which part gets the focus: the first that can have it.
 * What was taken away can be had back.
 */
export type Step = { groups: Groups; said: string; focus: readonly string[]; isUndoable?: boolean };

/** The parts of the editor that may get the focus. */
export const PART = {
  addGroup: "add-group",
  group: (index: number, part: "name" | "up" | "down" | "picker") => `group ${index} ${part}`,
  component: (monitorId: string, part: "up" | "down" | "group" | "remove") => `component ${monitorId} ${part}`,
};

/** What a group is called where it is spoken of. */
export function callGroup({ name }: { name: string }): string {
  return name.trim() === "" ? "the group without a name" : name.trim();
}

export function addGroup(groups: Groups): Step {
  const names = new Set(groups.map(({ name }) => name));
  let number = groups.length + 1;
  while (names.has(`Group ${number}`)) number += 1;
  const group = { name: `Group ${number}`, components: [] };
  return {
    groups: [...groups, group],
    said: `${group.name} is added.`,
    focus: [PART.group(groups.length, "name")],
  };
}

export function renameGroup(groups: Groups, index: number, name: string): Groups {
  return groups.map((group, i) => (i === index ? { ...group, name } : group));
}

export function moveGroup(groups: Groups, index: number, by: 1 | -1): Step {
  const to = index + by;
  const name = callGroup(groups[index] ?? { name: "" });
  return {
    groups: move(groups, index, to),
    said: `${name}: now ${to + 1} of ${groups.length} groups.`,
    focus: by === 1 ? [PART.group(to, "down"), PART.group(to, "up")] : [PART.group(to, "up"), PART.group(to, "down")],
  };
}

export function removeGroup(groups: Groups, index: number): Step {
  const gone = groups[index];
  if (gone === undefined) return { groups, said: "", focus: [] };
  const count = gone.components.length;
  const what = count === 0 ? "" : ` with ${count === 1 ? "its monitor" : `its ${count} monitors`}`;
  return {
    groups: groups.toSpliced(index, 1),
    said: `Removed: ${callGroup(gone)}${what}.`,
    focus: [PART.group(index, "name"), PART.addGroup],
    isUndoable: true,
  };
}

/** A monitor joins a group as its last; one that is on the page already stays where it is. */
export function addComponent(groups: Groups, index: number, monitorId: string, called: string): Step {
  const focus = [PART.group(index, "picker")];
  if (listPlaced(groups).has(monitorId)) return { groups, said: `${called} is on the page already.`, focus };
  const changed = changeComponents(groups, index, (all) => [...all, { monitor_id: monitorId, name: null }]);
  return { groups: changed, said: `${called} is added to ${callGroup(groups[index] ?? { name: "" })}.`, focus };
}

/** @param name what everybody sees; null: the monitor's own name */
export function nameComponent(groups: Groups, monitorId: string, name: string | null): Groups {
  return groups.map((group) => ({
    ...group,
    components: group.components.map((one) => (one.monitor_id === monitorId ? { ...one, name } : one)),
  }));
}

/** Within its group. */
export function moveComponent(groups: Groups, monitorId: string, by: 1 | -1, called: string): Step {
  const [index, from] = findComponent(groups, monitorId);
  const to = from + by;
  const [first, second] = by === 1 ? (["down", "up"] as const) : (["up", "down"] as const);
  return {
    groups: changeComponents(groups, index, (all) => move(all, from, to)),
    said: `${called}: now ${to + 1} of ${groups[index]?.components.length ?? 0}.`,
    focus: [PART.component(monitorId, first), PART.component(monitorId, second)],
  };
}

/** To the end of another group. */
export function sendComponent(groups: Groups, monitorId: string, toGroup: number, called: string): Step {
  const [index, at] = findComponent(groups, monitorId);
  const sent = groups[index]?.components.slice(at, at + 1) ?? [];
  const without = changeComponents(groups, index, (all) => all.toSpliced(at, 1));
  return {
    groups: changeComponents(without, toGroup, (all) => [...all, ...sent]),
    said: `${called} is now the last of ${callGroup(groups[toGroup] ?? { name: "" })}.`,
    focus: [PART.component(monitorId, "group")],
  };
}

export function removeComponent(groups: Groups, monitorId: string, called: string): Step {
  const [index, at] = findComponent(groups, monitorId);
  const rest = (groups[index]?.components ?? []).toSpliced(at, 1);
  const next = rest[Math.min(at, rest.length - 1)];
  return {
    groups: changeComponents(groups, index, () => rest),
    said: `Removed from the page: ${called}.`,
    focus: [...(next === undefined ? [] : [PART.component(next.monitor_id, "remove")]), PART.group(index, "picker")],
    isUndoable: true,
  };
}

/** The ids of the monitors that the page shows. */
export function listPlaced(groups: Groups): Set<string> {
  return new Set(groups.flatMap(({ components }) => components.map((one) => one.monitor_id)));
}

type Components = Groups[number]["components"];

function changeComponents(groups: Groups, index: number, change: (all: Components) => Components): Groups {
  return groups.map((group, i) => (i === index ? { ...group, components: change(group.components) } : group));
}

function findComponent(groups: Groups, monitorId: string): [group: number, position: number] {
  const index = groups.findIndex(({ components }) => components.some((one) => one.monitor_id === monitorId));
  return [index, groups[index]?.components.findIndex((one) => one.monitor_id === monitorId) ?? -1];
}

function move<T>(list: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= list.length) return [...list];
  return list.toSpliced(from, 1).toSpliced(to, 0, ...list.slice(from, from + 1));
}
