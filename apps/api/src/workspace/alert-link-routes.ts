import { confirmAlertAddress, stopAlertsTo } from "@pulsecheck/db/alert-addresses";
import { z } from "zod";
import { verifySchema } from "../auth/auth-schemas.ts";
import { spendToken } from "../auth/spend-mailed-token.ts";
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
export function alertLinkRoutes(deps: Deps) {
  const { db } = deps;
  return createRouter()
    .openapi(verify, async (c) => {
      const { token } = c.req.valid("json");
      const { email, workspaceName } = await spendToken(deps, "VERIFY_ALERT_ADDRESS", token, (id) =>
        confirmAlertAddress(db, id, new Date()),
      );
      return c.json({ email, workspace_name: workspaceName }, 200);
    })
    .openapi(stop, async (c) => {
      await spendToken(deps, "STOP_ALERTS", c.req.valid("json").token, (id) => stopAlertsTo(db, id));
      return c.body(null, 204);
    });
}
