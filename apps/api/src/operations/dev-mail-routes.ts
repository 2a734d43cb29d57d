import { listKeptMails } from "@pulsecheck/db/dev-mails";
import { pageQuery, pageSchema, sortQuery } from "@pulsecheck/shared/list";
import { Refusal } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { authenticate } from "../auth/authenticate.ts";
import type { ApiEnv, Deps } from "../context.ts";
import { isLoopback } from "../http/client-address.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const mailSchema = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  created_at: z.iso.datetime(),
});
const query = z.strictObject({ ...pageQuery, sort: sortQuery(["created_at"], "-created_at") });
const OWN_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * The mails that EMAIL_DEV_MODE kept. On one's own machine whoever sits at it may read them, elsewhere operators
 * only. Where mails are sent, this is not mounted at all.
 */
export function devMailRoutes(deps: Deps) {
  const router = createRouter();
  router.use("/dev/*", deps.config.isEmbedded ? requireOwnMachine : authenticate(deps));
  return router.openapi(
    defineRoute(deps.config.isEmbedded ? "public" : "superuser", {
      method: "get",
      path: "/dev/mails",
      tags: ["Operations"],
      request: { query },
      responses: { 200: json(pageSchema(mailSchema), "The latest first") },
    }),
    async (c) => {
      const { items: mails, ...page } = await listKeptMails(deps.db, c.req.valid("query"));
      const items = mails.map(({ id, recipient, subject, text, html, createdAt }) => ({
        id,
        to: recipient,
        subject,
        text,
        html,
        created_at: createdAt.toISOString(),
      }));
      return c.json({ ...page, items }, 200);
    },
  );
}

// The name matters as much as the address: a foreign page can point its own name at 127.0.0.1.
const requireOwnMachine = createMiddleware<ApiEnv>(async (c, next) => {
  const host = c.req.header("host") ?? "";
  const isOwnName = URL.canParse(`http://${host}`) && OWN_NAMES.has(new URL(`http://${host}`).hostname);
  if (!isOwnName || !isLoopback(c.get("clientAddress")))
    throw new Refusal(403, "Kept mails are for this machine itself, as localhost.");
  await next();
});
