import { pageSchema } from "@pulsecheck/shared/list";
import { z } from "zod";
import { defineRoute, json, type Caller } from "./route.ts";

/** Of a thing that goes by an id of ours. */
export const idParams = z.strictObject({ id: z.uuid().toLowerCase() });

/** Where a route is, and what its answer means. */
type Told<Path extends string> = { path: Path; tags: string[]; says: string };

/** Declares a list that is read page by page. */
export function defineList<const Path extends string, Query extends z.ZodObject, Item extends z.ZodType>(
  caller: Caller,
  { path, tags, query, item, says }: Told<Path> & { query: Query; item: Item },
) {
  const responses = { 200: json(pageSchema(item), says) };
  return defineRoute(caller, { method: "get", path, tags, request: { query }, responses });
}

/** Declares what adds to a list. */
export function defineCreation<const Path extends string, Body extends z.ZodType, View extends z.ZodType>(
  caller: Caller,
  { path, tags, body, view, says }: Told<Path> & { body: Body; view: View },
  problems: readonly number[] = [409],
) {
  const responses = { 201: json(view, says) };
  return defineRoute(caller, { method: "post", path, tags, request: { body: json(body) }, responses }, problems);
}

/** Declares what takes one thing away for good. */
export function defineRemoval<const Path extends string, Params extends z.ZodObject>(
  caller: Caller,
  { path, tags, params, says }: Told<Path> & { params: Params },
  problems: readonly number[] = [404],
) {
  const responses = { 204: { description: says } };
  return defineRoute(caller, { method: "delete", path, tags, request: { params }, responses }, problems);
}

type Thing<Path extends string, Params, View, Change> = {
  /** The address of one of them. */
  path: Path;
  tags: string[];
  params: Params;
  view: View;
  change: Change;
  /** What the answers mean. */
  says: { shown: string; updated: string; removed: string };
};

/**
 * What can be done with one thing of a list.
 * @param caller who may change it; whoever may read sees it
 * @param problems status codes of further problem documents of a change
 */
export function describeOne<
  const Path extends string,
  Params extends z.ZodObject,
  View extends z.ZodType,
  Change extends z.ZodType,
>(
  caller: Caller,
  { path, tags, params, view, change, says }: Thing<Path, Params, View, Change>,
  problems: readonly number[] = [404],
) {
  const shown = { 200: json(view, says.shown) };
  const updated = { 200: json(view, says.updated) };
  const update = { params, body: json(change) };
  return {
    get: defineRoute("read", { method: "get", path, tags, request: { params }, responses: shown }, [404]),
    update: defineRoute(caller, { method: "patch", path, tags, request: update, responses: updated }, problems),
    remove: defineRemoval(caller, { path, tags, params, says: says.removed }),
  };
}
