import {
  statusPageCreateSchema,
  statusPageListQuery,
  statusPageSchema,
  statusPageUpdateSchema,
} from "@pulsecheck/shared/status-page";
import { defineCreation, defineList, describeOne, idParams } from "../http/usual-routes.ts";

const tags = ["Status pages"];
const path = "/api/v1/status-pages";

/** The routes by which a workspace manages its public pages, as they are described to clients. */
export const statusPageContract = {
  create: defineCreation("write", {
    path,
    tags,
    body: statusPageCreateSchema,
    view: statusPageSchema,
    says: "Created",
  }),
  list: defineList("read", {
    path,
    tags,
    query: statusPageListQuery,
    item: statusPageSchema,
    says: "The oldest first",
  }),
  ...describeOne(
    "write",
    {
      path: `${path}/{id}`,
      tags,
      params: idParams,
      view: statusPageSchema,
      change: statusPageUpdateSchema,
      says: { shown: "The page", updated: "Changed", removed: "Deleted" },
    },
    [404, 409],
  ),
};
