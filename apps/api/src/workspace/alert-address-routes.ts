import {
  addAlertAddress,
  askAgainToConfirm,
  findAlertAddress,
  listAlertAddresses,
  removeAlertAddress,
} from "@pulsecheck/db/alert-addresses";
import { alertAddressCreateSchema, alertAddressListQuery, alertAddressSchema } from "@pulsecheck/shared/alert-address";
import type { Deps } from "../context.ts";
import { limitAlertMails } from "../http/rate-limit.ts";
import { defineRoute } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { defineCreation, defineList, defineRemoval, idParams as params } from "../http/usual-routes.ts";

const tags = ["Workspace"];
const path = "/api/v1/alert-addresses";
const one = `${path}/{id}`;

const list = defineList("read", {
  path,
  tags,
  query: alertAddressListQuery,
  item: alertAddressSchema,
  says: "The newest first",
});
const add = defineCreation(
  "admin",
  {
    path,
    tags,
    body: alertAddressCreateSchema,
    view: alertAddressSchema,
    says: "Added; a mail asks the address to confirm",
  },
  [409, 429],
);
const resend = defineRoute(
  "admin",
  {
    method: "post",
    path: `${one}/resend`,
    tags,
    request: { params },
    responses: { 202: { description: "A new mail is on its way; the link in the earlier one is worthless" } },
  },
  [404, 409, 429],
);
const remove = defineRemoval("admin", { path: one, tags, params, says: "Nothing more is sent to it" });

/** Further addresses that get a workspace's alerts. */
export function alertAddressRoutes(deps: Deps) {
  const countMail = limitAlertMails(deps);
  return createRouter()
    .openapi(list, async (c) => c.json(await listAlertAddresses(c.get("scope"), c.req.valid("query")), 200))
    .openapi(add, async (c) => {
      const scope = c.get("scope");
      const { email } = c.req.valid("json");
      await countMail(scope.workspaceId, email, c.get("clientAddress"));
      return c.json(await addAlertAddress(scope, email, new Date()), 201);
    })
    .openapi(resend, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      const { email } = await findAlertAddress(scope, id);
      await countMail(scope.workspaceId, email, c.get("clientAddress"));
      await askAgainToConfirm(scope, id, new Date());
      return c.body(null, 202);
    })
    .openapi(remove, async (c) => {
      await removeAlertAddress(c.get("scope"), c.req.valid("param").id);
      return c.body(null, 204);
    });
}
