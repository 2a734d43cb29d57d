import { api, ask } from "./api.ts";
import type { paths } from "../generated/api.ts";

type Path = Extract<keyof paths, `/api/v1/exports/${string}`>;
/** What can be had as a table. */
export type Exported = Path extends `/api/v1/exports/${infer What}` ? What : never;
export type ExportQuery<What extends Exported> = NonNullable<
  paths[`/api/v1/exports/${What}`]["get"]["parameters"]["query"]
>;
export const EXPORT_FORMATS = { csv: "CSV", xlsx: "Excel" } as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;

/**
 * Fetches a table and has the browser save it as a file. A link would not say in which workspace, nor what went wrong.
 * @param onBytes told how much of it is here
 */
export async function saveExport<What extends Exported>(
  what: What,
  query: ExportQuery<What>,
  format: ExportFormat,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let name = `pulsecheck-${what}.${format}`;
  // Each has filters of its own; what they share is how they are answered.
  const call = api.GET(`/api/v1/exports/${what}` as "/api/v1/exports/uptime", {
    params: { query: { ...query, format } as never },
    parseAs: "stream",
  });
  const stream = await ask(
    call.then((outcome) => {
      name = /filename="([^"]+)"/.exec(outcome.response.headers.get("Content-Disposition") ?? "")?.[1] ?? name;
      return outcome;
    }),
  );
  saveFile(name, await readAll(stream as unknown as ReadableStream<Uint8Array<ArrayBuffer>>, onBytes));
}

async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      onBytes((bytes += next.value.length));
    }
  } catch {
    throw new Error("The export broke off before it was complete. Nothing was saved. Try again.");
  }
  return new Blob(parts, { type: "application/octet-stream" });
}

/** Has the browser save something as a file. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
