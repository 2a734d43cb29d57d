import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";

/** How much a workspace may publish. */
export const STATUS_PAGES = { perWorkspace: 20, componentsPerPage: 200 } as const;

const slug = z
  .string()
  .min(3)
  .max(60)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be of a-z, 0-9 and -, and neither begin nor end with -");

const component = z.strictObject({
  monitor_id: z.uuid().toLowerCase(),
  name: z.string().trim().min(1).max(200).nullable().default(null).describe("The name to show; null: the monitor's"),
});

const groups = z
  .array(
    z.strictObject({
      name: z.string().trim().max(100).describe("Empty for components that stand in no group"),
      components: z.array(component),
    }),
  )
  .max(STATUS_PAGES.componentsPerPage)
  .superRefine((all, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [path, name] of repeated(all.map((group, i) => [[i, "name"], group.name]))) {
      refuse(
        path,
        name === "" ? "another group has no name either" : `${JSON.stringify(name)} is the name of another group`,
      );
    }
    const published = all.flatMap((group, i) =>
      group.components.map((one, j): Placed => [[i, "components", j, "monitor_id"], one.monitor_id]),
    );
    for (const [path] of repeated(published)) refuse(path, "is on the page already");
    if (published.length > STATUS_PAGES.componentsPerPage)
      refuse([], `must have at most ${STATUS_PAGES.componentsPerPage} components together`);
  });

type Placed = [path: (string | number)[], value: string];

/** Those whose value stands in the list before them. */
function repeated(list: Placed[]): Placed[] {
  const seen = new Set<string>();
  return list.filter(([, value]) => seen.size === seen.add(value).size);
}

const fields = {
  slug: slug.describe("The page's address: /status/{slug}. No two pages of an instance share one"),
  title: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2_000),
  is_published: z.boolean().describe("Only a published page can be seen"),
  password: z.string().min(4).max(200).nullable().describe("Asked of every visitor; null: of nobody. Never shown"),
  groups: groups.describe("What the page shows, in this order. A group without components is not kept"),
};

/** Body of `POST /status-pages`, with its defaults filled in. */
export const statusPageCreateSchema = z.strictObject({
  ...fields,
  description: fields.description.default(""),
  is_published: fields.is_published.default(false),
  password: fields.password.default(null),
  groups: fields.groups.default([]),
});

/** Body of `PATCH /status-pages/{id}`: what is left out stays; `groups` is replaced whole. */
export const statusPageUpdateSchema = z.strictObject(fields).partial();
export type StatusPageChange = z.infer<typeof statusPageUpdateSchema>;
export type StatusPageGroups = z.infer<typeof groups>;

export const statusPageSchema = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    is_published: z.boolean(),
    has_password: z.boolean(),
    groups: z.array(
      z.object({
        name: z.string(),
        components: z.array(
          z.object({
            id: z.uuid().describe("Names the component to the public, as in its badges' addresses"),
            monitor_id: z.uuid(),
            monitor_name: z.string(),
            name: z.string().nullable(),
          }),
        ),
      }),
    ),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "StatusPage" });
export type StatusPageView = z.infer<typeof statusPageSchema>;

const STATUS_PAGE_SORTS = ["created_at", "title", "slug"] as const;
export type StatusPageSort = (typeof STATUS_PAGE_SORTS)[number];

export const statusPageListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(STATUS_PAGE_SORTS, "created_at"),
  is_published: z.stringbool().optional(),
  q: textQuery("the title or the slug"),
});
export type StatusPageListQuery = z.infer<typeof statusPageListQuery>;
