import type { MonitorView } from "@pulsecheck/shared/monitor";
import { api, ask } from "../../lib/api.ts";

/** A URL as people paste it: without a scheme it means https, or http on one's own machine and network. */
export function completeUrl(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.includes("://")) return trimmed;
  return `${/^(localhost|[\d.]+|\[)/.test(trimmed) ? "http" : "https"}://${trimmed}`;
}

/** How a monitor is called whose name nobody gave: its host, and its path where it has one. */
export function nameOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  return `${host}${pathname === "/" ? "" : pathname}`.slice(0, 200);
}

/** Adds a monitor by its URL alone. Its first check is under way when this resolves. */
export async function addMonitor(text: string): Promise<MonitorView> {
  const url = completeUrl(text);
  return ask(api.POST("/api/v1/monitors", { body: { url, name: nameOf(url) } }));
}
