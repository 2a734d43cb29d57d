import { createImport, getImport, listImports } from "@pulsecheck/db/imports";
import type { ImportCreateQuery } from "@pulsecheck/shared/import";
import { QUEUES } from "@pulsecheck/shared/queues";
import { Refusal, refuseField } from "@pulsecheck/shared/refusal";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv, Deps } from "../context.ts";
import { createBodyReader } from "../http/bounded-body.ts";
import { FILE_BODY } from "../http/limits.ts";
import { createRouter } from "../http/router.ts";
import { FILE_TYPES, importContract } from "./import-contract.ts";
import { SAMPLES } from "./samples.ts";

const readFile = createBodyReader(FILE_BODY);

/** Files with monitors or readings. They are kept until a worker has imported them. */
export function importRoutes({ broker, log }: Deps): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(importContract.create, async (c) => {
      const query: ImportCreateQuery = c.req.valid("query");
      const { kind, dry_run: isDryRun, name = SAMPLES[kind].name } = query;
      requireFileType(c.req.header("content-type"));
      const file = await readFile(c);
      try {
        if (file === null || file.bytes.byteLength === 0)
          throw refuseField("body", "must be a file with something in it");
        const input = { kind, name, isDryRun, file: file.bytes };
        const created = await createImport(c.get("scope"), c.get("principal").userId, input);
        // Where the queue is away, workers find it by themselves a moment later.
        await broker.jobs
          .queue(QUEUES.imports)
          .add({})
          .catch((error: unknown) => log.warn({ err: error }, "workers could not be told of an import"));
        return c.json(created, 201);
      } finally {
        file?.letGo();
      }
    })
    .openapi(importContract.list, async (c) => c.json(await listImports(c.get("scope"), c.req.valid("query")), 200))
    .openapi(importContract.sample, (c) => {
      const { name, type, text } = SAMPLES[c.req.valid("param").kind];
      return c.body(text(), 200, {
        "Content-Type": type,
        "Content-Disposition": `attachment; filename="${name}"`,
      });
    })
    .openapi(importContract.get, async (c) => c.json(await getImport(c.get("scope"), c.req.valid("param").id), 200));
}

function requireFileType(header: string | undefined): void {
  const type = header?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!FILE_TYPES.includes(type))
    throw new Refusal(415, `The body must be a file, with one of these as its Content-Type: ${FILE_TYPES.join(", ")}.`);
}
