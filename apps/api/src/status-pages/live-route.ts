import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import { networkOf } from "../http/client-address.ts";
import { isGenerousTo, LIMITS, STREAMS } from "../http/limits.ts";
import type { Admission } from "./admission.ts";
import { openEventStream } from "./event-stream.ts";
import type { PageWatch } from "./page-watch.ts";
import { answerVisitError, SLUG, type Visits } from "./visit.ts";

const HEADERS = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "private, no-store",
  // The stream ends with its connection; and no proxy gathers events before it hands them on.
  Connection: "close",
  "X-Accel-Buffering": "no",
};

/** Server-Sent Events of a page that is open somewhere. */
export function liveRoute(deps: Deps, visits: Visits, admission: Admission, watch: PageWatch) {
  const live = new Hono<ApiEnv>();
  live.onError(answerVisitError);
  const admit = countStreams(deps);
  live.get(`/status/${SLUG}/live`, async (c) => {
    const { page } = await visits.find(c.req.param("slug"));
    // Not 401: the browser would ask for a user name, in the middle of a page that is open.
    if (!(await admission.isAdmitted(c, page))) throw new Refusal(403, "The page wants its password first.");
    if (c.req.method === "HEAD") return c.body(null, 200, HEADERS);
    const leave = admit(c.get("clientAddress"));
    const stream = openEventStream(() => {
      leave();
      watch.leave(page, stream);
    });
    watch.join(page, stream);
    return c.body(stream.body, 200, HEADERS);
  });
  return live;
}

/** Refuses (429) a network and (503) a process one stream too many. Returns what counts a stream down again. */
function countStreams({ config }: Pick<Deps, "config">): (address: string) => () => void {
  const counts = new Map<string, number>();
  let total = 0;
  return (address) => {
    const network = networkOf(address);
    const count = counts.get(network) ?? 0;
    const most = STREAMS.perNetwork * (isGenerousTo(config, address) ? LIMITS.loopbackFactor : 1);
    if (count >= most) throw new Refusal(429, "Too many open pages at this address.", { retryAfterS: 60 });
    if (total >= STREAMS.perProcess) throw new Refusal(503, "Too many open pages. Try again.", { retryAfterS: 60 });
    counts.set(network, count + 1);
    total += 1;
    return () => {
      total -= 1;
      const left = (counts.get(network) ?? 1) - 1;
      if (left > 0) counts.set(network, left);
      else counts.delete(network);
    };
  };
}
