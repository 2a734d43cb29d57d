import type { MonitorView } from "@pulsecheck/shared/monitor";
import { api, ask } from "../../lib/api.ts";
import { completeUrl, nameOf } from "./pasted-url.ts";

/** Adds a monitor by its URL alone. Its first check is under way when this resolves. */
export async function addMonitor(text: string): Promise<MonitorView> {
  const url = completeUrl(text);
  return ask(api.POST("/api/v1/monitors", { body: { url, name: nameOf(url) } }));
}
