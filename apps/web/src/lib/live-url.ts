import { API_BASE, api, ask } from "./api.ts";
import { CHOSEN_WORKSPACE } from "./chosen-workspace.ts";

/** Where a WebSocket connects to. A browser sends no header with it: a ticket says for which workspace it is. */
export async function liveUrl(path: string, query: Record<string, string>): Promise<URL> {
  const url = new URL(`${API_BASE}/api/v1/ws/${path}`);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(query).toString();
  if (CHOSEN_WORKSPACE !== null) {
    const { token } = await ask(api.POST("/api/v1/ws/ticket"));
    url.searchParams.set("token", token);
  }
  return url;
}
