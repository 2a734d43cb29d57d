import { statusPageUpdateSchema, type StatusPageView } from "@pulsecheck/shared/status-page";
import type { z } from "zod";

/** A page as it is written: a password left out stays what it is. */
export const draftSchema = statusPageUpdateSchema.required({
  slug: true,
  title: true,
  description: true,
  is_published: true,
  groups: true,
});
export type Draft = z.input<typeof draftSchema>;
export type Groups = Draft["groups"];

/** Monitors can be added at once: a page has a place for them from the start. */
const FIRST_GROUPS: Groups = [{ name: "", components: [] }];

export const NEW_DRAFT: Draft = {
  slug: "",
  title: "",
  description: "",
  is_published: false,
  password: undefined,
  groups: FIRST_GROUPS,
};

export function draftOf({ slug, title, description, is_published, groups }: StatusPageView): Draft {
  const written = groups.map((group) => ({
    name: group.name,
    components: group.components.map(({ monitor_id, name }) => ({ monitor_id, name })),
  }));
  const placed = written.length === 0 ? FIRST_GROUPS : written;
  return { slug, title, description, is_published, password: undefined, groups: placed };
}

/** `Café & Bar` as `cafe-bar`. It may be too short for a slug. */
export function suggestSlug(title: string): string {
  return title
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^-|-$/g, "");
}
