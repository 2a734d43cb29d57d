import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import type { Hub } from "../live/hub.ts";
import { openAdmission } from "./admission.ts";
import { ASSETS } from "./assets.ts";
import { badgeRoutes } from "./badge-routes.ts";
import { liveRoute } from "./live-route.ts";
import { pageRoutes } from "./page-routes.ts";
import { watchPages } from "./page-watch.ts";
import { keepSnapshots } from "./snapshots.ts";
import { createVisits } from "./visit.ts";

const FOREVER = "public, max-age=31536000, immutable";

/** What anyone sees under /status/: published pages, their feeds, badges and live streams. */
export function publicRoutes(deps: Deps, hub: Hub) {
  const snapshots = keepSnapshots();
  const watch = watchPages(deps.db, snapshots, deps.log);
  const admission = openAdmission(deps);
  const visits = createVisits(deps, admission, snapshots);
  hub.follow({
    onEvent(event) {
      // In this order: whoever looks takes a new snapshot.
      snapshots.onEvent(event);
      watch.onEvent(event);
    },
    onGap() {
      snapshots.clear();
      watch.lookAtAll();
    },
    onStop: watch.stop,
  });
  return new Hono<ApiEnv>()
    .get("/status/_assets/:file", (c) => {
      const asset = ASSETS.get(c.req.param("file"));
      if (asset === undefined) throw new Refusal(404, "There is no such file here.");
      return c.body(asset.bytes, 200, { "Content-Type": asset.type, "Cache-Control": FOREVER });
    })
    .route("/", badgeRoutes(visits))
    .route("/", liveRoute(deps, visits, admission, watch))
    .route("/", pageRoutes(deps, visits, admission));
}
