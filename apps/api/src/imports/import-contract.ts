import {
  importCreateQuery,
  importKindSchema,
  importListQuery,
  importSchema,
  importSummarySchema,
  LARGEST_IMPORT_BYTES,
} from "@pulsecheck/shared/import";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";
import { defineList, idParams as params } from "../http/usual-routes.ts";

const tags = ["Imports"];
const path = "/api/v1/imports";
const file = { schema: { type: "string", format: "binary" } } as const;

const FILE_CONTENT = { "text/csv": file, "application/json": file, "text/plain": file };
/** What a file may be sent as. */
export const FILE_TYPES: readonly string[] = Object.keys(FILE_CONTENT);

/** The imports' routes as they are described to clients: a table, without what they do. */
export const importContract = {
  create: defineRoute(
    "write",
    {
      method: "post",
      path,
      tags,
      request: {
        query: importCreateQuery,
        body: {
          description: `The file, in UTF-8, of at most ${LARGEST_IMPORT_BYTES / 2 ** 20} MiB. All of its rows are imported, or none`,
          required: true,
          content: FILE_CONTENT,
        },
      },
      responses: { 201: json(importSchema, "Taken: a worker imports it. See its `state`, and `import.changed`") },
    },
    [409, 413, 415, 503],
  ),
  list: defineList("write", {
    path,
    tags,
    query: importListQuery,
    item: importSummarySchema,
    says: "The latest first",
  }),
  sample: defineRoute("write", {
    method: "get",
    path: `${path}/samples/{kind}`,
    tags,
    request: { params: z.strictObject({ kind: importKindSchema }) },
    responses: { 200: { description: "A small file of this kind, to begin with", content: { "text/plain": file } } },
  }),
  get: defineRoute(
    "write",
    {
      method: "get",
      path: `${path}/{id}`,
      tags,
      request: { params },
      responses: { 200: json(importSchema, "What has become of it so far") },
    },
    [404],
  ),
};
