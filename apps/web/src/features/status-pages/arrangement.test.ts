import { expect, test } from "vitest";
import {
  addComponent,
  addGroup,
  moveComponent,
  moveGroup,
  nameComponent,
  removeComponent,
  removeGroup,
  renameGroup,
  sendComponent,
  type Step,
} from "./arrangement.ts";
import type { Groups } from "./draft.ts";

const page = (written: string): Groups =>
  written.split(" | ").map((group) => {
    const [name = "", ids = ""] = group.split(": ");
    return { name, components: ids === "" ? [] : ids.split("").map((id) => ({ monitor_id: id, name: null })) };
  });
const write = (groups: Groups): string =>
  groups.map(({ name, components }) => `${name}: ${components.map((one) => one.monitor_id).join("")}`).join(" | ");

const STEPS: [string, (groups: Groups) => Step, string, string, string[]][] = [
  ["A: ab | B: c", (all) => addGroup(all), "A: ab | B: c | Group 3: ", "Group 3 is added.", ["group 2 name"]],
  [
    "A: a | Group 2: b",
    (all) => addGroup(removeGroup(all, 0).groups),
    "Group 2: b | Group 3: ",
    "Group 3 is added.",
    ["group 1 name"],
  ],
  [
    "A: a | B: b",
    (all) => moveGroup(all, 1, -1),
    "B: b | A: a",
    "B: now 1 of 2 groups.",
    ["group 0 up", "group 0 down"],
  ],
  [
    "A: a | B: b",
    (all) => moveGroup(all, 0, 1),
    "B: b | A: a",
    "A: now 2 of 2 groups.",
    ["group 1 down", "group 1 up"],
  ],
  [
    "A: ab | B: c",
    (all) => removeGroup(all, 0),
    "B: c",
    "Removed: A with its 2 monitors.",
    ["group 0 name", "add-group"],
  ],
  [
    ": ",
    (all) => addComponent(all, 0, "a", "Shop"),
    ": a",
    "Shop is added to the group without a name.",
    ["group 0 picker"],
  ],
  [
    "A: a | B: ",
    (all) => addComponent(all, 1, "a", "Shop"),
    "A: a | B: ",
    "Shop is on the page already.",
    ["group 1 picker"],
  ],
  [
    "A: abc",
    (all) => moveComponent(all, "c", -1, "C"),
    "A: acb",
    "C: now 2 of 3.",
    ["component c up", "component c down"],
  ],
  [
    "A: abc",
    (all) => moveComponent(all, "b", 1, "B"),
    "A: acb",
    "B: now 3 of 3.",
    ["component b down", "component b up"],
  ],
  [
    "A: ab | B: c",
    (all) => sendComponent(all, "a", 1, "Shop"),
    "A: b | B: ca",
    "Shop is now the last of B.",
    ["component a group"],
  ],
  [
    "A: abc",
    (all) => removeComponent(all, "b", "B"),
    "A: ac",
    "Removed from the page: B.",
    ["component c remove", "group 0 picker"],
  ],
  [
    "A: ab",
    (all) => removeComponent(all, "b", "B"),
    "A: a",
    "Removed from the page: B.",
    ["component a remove", "group 0 picker"],
  ],
  ["A: a", (all) => removeComponent(all, "a", "A"), "A: ", "Removed from the page: A.", ["group 0 picker"]],
];

test.each(STEPS)("from %j: %s", (before, take, after, said, focus) => {
  const groups = page(before);
  const step = take(groups);
  expect(write(step.groups)).toBe(after);
  expect(step).toMatchObject({ said, focus });
  expect(write(groups)).toBe(before);
});

test("names are given to one group, and to one component", () => {
  expect(write(renameGroup(page("A: a | B: b"), 1, "C"))).toBe("A: a | C: b");
  expect(nameComponent(page("A: ab"), "b", "Shop")[0]?.components.map(({ name }) => name)).toEqual([null, "Shop"]);
});
