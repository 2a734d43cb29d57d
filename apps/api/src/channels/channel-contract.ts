import {
  channelChangeSchema,
  channelCreateSchema,
  channelDeliveryListQuery,
  channelDeliverySchema,
  channelListQuery,
  channelSchema,
  channelTestSchema,
} from "@pulsecheck/shared/alert-channel";
import { pageSchema } from "@pulsecheck/shared/list";
import { defineRoute, json } from "../http/route.ts";
import { defineCreation, defineList, describeOne, idParams as params } from "../http/usual-routes.ts";

const tags = ["Channels"];
const path = "/api/v1/channels";
const one = `${path}/{id}`;

/** The routes by which a workspace manages where its alerts go besides mail, as they are described to clients. */
export const channelContract = {
  create: defineCreation("admin", {
    path,
    tags,
    body: channelCreateSchema,
    view: channelSchema,
    says: "Added: outages from now on are told there",
  }),
  list: defineList("read", { path, tags, query: channelListQuery, item: channelSchema, says: "The newest first" }),
  ...describeOne("admin", {
    path: one,
    tags,
    params,
    view: channelSchema,
    change: channelChangeSchema,
    says: {
      shown: "The channel",
      updated: "Changed: what waits to be sent goes by this",
      removed: "Nothing more is sent to it, not even what waits",
    },
  }),
  test: defineRoute(
    "admin",
    {
      method: "post",
      path: `${one}/test`,
      tags,
      request: { params },
      responses: { 200: json(channelTestSchema, "What became of a message that was sent at once, and once") },
    },
    [404, 429, 503],
  ),
  deliveries: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/deliveries`,
      tags,
      request: { params, query: channelDeliveryListQuery },
      responses: { 200: json(pageSchema(channelDeliverySchema), "What went to it or is to go, the newest first") },
    },
    [404],
  ),
};
