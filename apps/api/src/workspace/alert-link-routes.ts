import { confirmAlertAddress, stopAlertsTo } from "@pulsecheck/db/alert-addresses";
import { readMailedToken } from "@pulsecheck/db/mailed-token";
import { z } from "zod";
import { verifySchema } from "../auth/auth-schemas.ts";
import { refuseToken } from "../auth/spend-mailed-token.ts";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const tags = ["Workspace"];

const confirmedSchema = z.object({ email: z.string(), workspace_name: z.string() }).meta({ id: "ConfirmedAlerts" });

const verify = defineRoute("public", {
  method: "post",
  path: "/auth/verify-alert-address",
  tags,
  request: { body: json(verifySchema) },
  responses: { 200: json(confirmedSchema, "The address gets alerts from now on") },
});
const stop = defineRoute("public", {
  method: "post",
  path: "/auth/stop-alerts",
  tags,
  request: { body: json(verifySchema) },
  responses: { 204: { description: "The address gets no more alerts, however often this is asked" } },
});

/** What the links in mails to alert addresses are good for: their owners need no account. */
export function alertLinkRoutes({ config, db }: Deps) {
  return createRouter()
    .openapi(verify, async (c) => {
      const id = readMailedToken(config.secretKey, "VERIFY_ALERT_ADDRESS", c.req.valid("json").token);
      const confirmed = id === null ? null : await confirmAlertAddress(db, id, new Date());
      if (confirmed === null) throw refuseToken();
      return c.json({ email: confirmed.email, workspace_name: confirmed.workspaceName }, 200);
    })
    .openapi(stop, async (c) => {
      const id = readMailedToken(config.secretKey, "STOP_ALERTS", c.req.valid("json").token);
      if (id === null) throw refuseToken();
      await stopAlertsTo(db, id);
      return c.body(null, 204);
    });
}
