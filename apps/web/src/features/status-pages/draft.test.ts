import { expect, test } from "vitest";
import { draftOf, draftSchema, suggestSlug } from "./draft.ts";

test.each([
  ["Acme status", "acme-status"],
  ["Café & Bar", "cafe-bar"],
  ["  --  ", ""],
  ["日本", ""],
  ["2026: the year!", "2026-the-year"],
  [`${"a".repeat(59)} b`, "a".repeat(59)],
])("the title %j suggests the slug %j", (title, slug) => {
  expect(suggestSlug(title)).toBe(slug);
});

test("a page that shows nothing has a place for monitors, and is fit to be sent as it is", () => {
  const draft = draftOf({
    id: "0b1e2d3c-0000-4000-8000-000000000000",
    slug: "acme",
    title: "Acme",
    description: "",
    is_published: true,
    has_password: true,
    groups: [],
    created_at: "2026-11-21T09:28:10Z",
    updated_at: "2026-11-21T09:28:10Z",
  });
  expect(draft.groups).toEqual([{ name: "", components: [] }]);
  expect(JSON.stringify(draftSchema.parse(draft))).not.toContain("password");
});
