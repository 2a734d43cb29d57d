import { createApiKey, listApiKeys, revokeApiKey } from "@pulsecheck/db/api-keys";
import { API_KEY_PREFIX, apiKeyCreateSchema, apiKeyListQuery, apiKeySchema } from "@pulsecheck/shared/api-key";
import { Refusal, refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import { roleCovers } from "@pulsecheck/shared/role";
import { z } from "zod";
import type { Deps } from "../context.ts";
import { createRouter } from "../http/router.ts";
import { defineCreation, defineList, defineRemoval, idParams } from "../http/usual-routes.ts";
import { publishRevocation } from "./revocations.ts";
import { createSecret, hashSecret } from "./secrets.ts";

const tags = ["API keys"];
const path = "/api/v1/api-keys";
const SHOWN_CHARACTERS = API_KEY_PREFIX.length + 6;

const createdSchema = apiKeySchema
  .extend({ key: z.string().describe("The key itself, shown this once") })
  .meta({ id: "NewApiKey" });

const list = defineList("admin", {
  path,
  tags,
  query: apiKeyListQuery,
  item: apiKeySchema,
  says: "The newest first, revoked ones included",
});
const create = defineCreation(
  "admin",
  { path, tags, body: apiKeyCreateSchema, view: createdSchema, says: "Created; `key` is shown this once" },
  [],
);
const revoke = defineRemoval("admin", {
  path: `${path}/{id}`,
  tags,
  params: idParams,
  says: "The key is worthless from now on",
});

/** Keys for machines, each bound to one workspace. */
export function apiKeyRoutes(deps: Deps) {
  return createRouter()
    .openapi(list, async (c) => c.json(await listApiKeys(c.get("scope"), c.req.valid("query")), 200))
    .openapi(create, async (c) => {
      const { name, role, expires_at } = c.req.valid("json");
      const { userId, role: own } = c.get("principal");
      if (!roleCovers(own, role)) throw new Refusal(403, `The role ${own} cannot give the role ${role}.`);
      const expiresAt = expires_at === undefined ? null : new Date(expires_at);
      if (expiresAt !== null && expiresAt <= new Date()) throw refuseField("expires_at", "must be in the future");
      const key = API_KEY_PREFIX + createSecret();
      const stored = {
        name,
        role,
        expiresAt,
        createdById: userId,
        keyHash: hashSecret(key),
        prefix: key.slice(0, SHOWN_CHARACTERS),
      };
      const view = await createApiKey(c.get("scope"), stored);
      c.header("Cache-Control", "no-store");
      return c.json({ ...view, key }, 201);
    })
    .openapi(revoke, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      const outcome = await revokeApiKey(scope, id, new Date());
      if (outcome === "missing") throw refuseMissing("API key");
      if (outcome === "revoked")
        await publishRevocation(deps, { type: "revoked.key", data: { key_id: id } }, scope.workspaceId);
      return c.body(null, 204);
    });
}
