import type { ImportKind, ImportView } from "@pulsecheck/shared/import";
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useFrames } from "../../app/live.tsx";
import { api, ask } from "../../lib/api.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { KINDS } from "./import-words.ts";

const SHOWN = 10;

/** The latest imports of the workspace. */
export const importsQuery = queryOptions({
  queryKey: ["imports"],
  queryFn: async () => (await ask(api.GET("/api/v1/imports", { params: { query: { limit: SHOWN } } }))).items,
  staleTime: 0,
});

export function importQuery(id: string) {
  return queryOptions({
    queryKey: ["import", id],
    queryFn: () => ask(api.GET("/api/v1/imports/{id}", { params: { path: { id } } })),
    staleTime: 0,
  });
}

/** What is to be imported: a file, or what was pasted. */
export type Source = { kind: ImportKind; name: string; content: Blob };

/** Sends a file to be imported, as it is. */
export async function sendImport({ kind, name, content }: Source, isDryRun: boolean): Promise<ImportView> {
  const query = { kind, name: name.slice(0, 200), dry_run: String(isDryRun) };
  return ask(
    api.POST("/api/v1/imports", {
      params: { query },
      body: content as never,
      bodySerializer: (body: unknown) => body as Blob,
      headers: { "Content-Type": KINDS[kind].type },
    }),
  );
}

/** Follows imports while they run. */
export function useImportFrames(): void {
  const queries = useQueryClient();
  const hear = useCallback(
    (frame: LiveFrame) => {
      if (frame.type === "snapshot") void queries.invalidateQueries({ queryKey: ["import"] });
      if (frame.type !== "import.changed") return;
      const { queryKey } = importQuery(frame.data.id);
      if (frame.data.state === "RUNNING") queries.setQueryData(queryKey, (view) => view && { ...view, ...frame.data });
      else void queries.invalidateQueries({ queryKey });
      void queries.invalidateQueries({ queryKey: importsQuery.queryKey });
    },
    [queries],
  );
  useFrames(hear);
}
