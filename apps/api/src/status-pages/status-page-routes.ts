import {
  createStatusPage,
  deleteStatusPage,
  getStatusPage,
  listStatusPages,
  updateStatusPage,
} from "@pulsecheck/db/status-pages";
import { hashPassword } from "../auth/passwords.ts";
import type { Deps } from "../context.ts";
import { createRouter } from "../http/router.ts";
import { tell } from "../live/tell.ts";
import { statusPageContract } from "./status-page-contract.ts";

/** What a workspace publishes about itself, and under which address. */
export function statusPageRoutes(deps: Deps) {
  const tellChanged = (workspaceId: number, id: string) =>
    tell(deps, workspaceId, { type: "status_page.changed", data: { id } });

  return createRouter()
    .openapi(statusPageContract.create, async (c) => {
      const { is_published: isPublished, password, groups, ...texts } = c.req.valid("json");
      const passwordHash = password === null ? null : await hashPassword(password);
      return c.json(await createStatusPage(c.get("scope"), { ...texts, isPublished, passwordHash }, groups), 201);
    })
    .openapi(statusPageContract.list, async (c) =>
      c.json(await listStatusPages(c.get("scope"), c.req.valid("query")), 200),
    )
    .openapi(statusPageContract.get, async (c) =>
      c.json(await getStatusPage(c.get("scope"), c.req.valid("param").id), 200),
    )
    .openapi(statusPageContract.update, async (c) => {
      const scope = c.get("scope");
      const { slug, title, description, is_published: isPublished, password, groups } = c.req.valid("json");
      const passwordHash = typeof password === "string" ? await hashPassword(password) : password;
      const change = { slug, title, description, isPublished, passwordHash };
      const page = await updateStatusPage(scope, c.req.valid("param").id, change, groups);
      await tellChanged(scope.workspaceId, page.id);
      return c.json(page, 200);
    })
    .openapi(statusPageContract.remove, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      await deleteStatusPage(scope, id);
      await tellChanged(scope.workspaceId, id);
      return c.body(null, 204);
    });
}
