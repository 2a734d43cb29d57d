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
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";

const tags = ["Channels"];
const path = "/api/v1/channels";
const one = `${path}/{id}`;
const params = z.strictObject({ id: z.uuid().toLowerCase() });
const channel = (description: string) => json(channelSchema, description);

/** The routes by which a workspace manages where its alerts go besides mail, as they are described to clients. */
export const channelContract = {
  create: defineRoute(
    "admin",
    {
      method: "post",
      path,
      tags,
      request: { body: json(channelCreateSchema) },
      responses: { 201: channel("Added: outages from now on are told there") },
    },
    [409],
  ),
  list: defineRoute("read", {
    method: "get",
    path,
    tags,
    request: { query: channelListQuery },
    responses: { 200: json(pageSchema(channelSchema), "The newest first") },
  }),
  get: defineRoute(
    "read",
    { method: "get", path: one, tags, request: { params }, responses: { 200: channel("The channel") } },
    [404],
  ),
  update: defineRoute(
    "admin",
    {
      method: "patch",
      path: one,
      tags,
      request: { params, body: json(channelChangeSchema) },
      responses: { 200: channel("Changed: what waits to be sent goes by this") },
    },
    [404],
  ),
  remove: defineRoute(
    "admin",
    {
      method: "delete",
      path: one,
      tags,
      request: { params },
      responses: { 204: { description: "Nothing more is sent to it, not even what waits" } },
    },
    [404],
  ),
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
