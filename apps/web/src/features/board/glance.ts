import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useFrames } from "../../app/live.tsx";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { api, ask } from "../../lib/api.ts";

type Glance = Awaited<ReturnType<typeof readGlances>>[number];
type Waiting = { id: string; resolve(glance: Glance | null): void; reject(error: unknown): void };

const KEY = "glance";
const AT_ONCE = 50;
const GATHER_MS = 20;
const waiting = new Map<30 | 90, Waiting[]>();

/** Days and latencies of a row: what is asked for in the same moment goes out together. Null: there is no such monitor. */
export function glanceQuery(id: string, days: 30 | 90) {
  return queryOptions({
    queryKey: [KEY, id, days],
    queryFn: () =>
      new Promise<Glance | null>((resolve, reject) => {
        const batch = waiting.get(days) ?? [];
        if (batch.length === 0) setTimeout(() => void flush(days), GATHER_MS);
        waiting.set(days, [...batch, { id, resolve, reject }]);
      }),
    staleTime: 5 * 60_000,
  });
}

const HOUR_MS = 3_600_000;

/** Has shown glances read again where an event changed them, and at each full hour: the next point, and at times a day, begins. */
export function useFreshGlances(): void {
  const queries = useQueryClient();
  const hear = useCallback(
    (frame: LiveFrame) => {
      if (frame.type === "snapshot") void queries.invalidateQueries({ queryKey: [KEY] });
      if (frame.type === "monitor.status") void queries.invalidateQueries({ queryKey: [KEY, frame.data.monitor_id] });
    },
    [queries],
  );
  useFrames(hear);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const waitForHour = () => {
      timer = setTimeout(
        () => {
          void queries.invalidateQueries({ queryKey: [KEY] });
          waitForHour();
        },
        HOUR_MS - (Date.now() % HOUR_MS),
      );
    };
    waitForHour();
    return () => clearTimeout(timer);
  }, [queries]);
}

async function flush(days: 30 | 90): Promise<void> {
  const all = waiting.get(days) ?? [];
  waiting.delete(days);
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const batch = all.slice(i, i + AT_ONCE);
    try {
      const found = new Map((await readGlances(batch, days)).map((one) => [one.monitor_id, one]));
      for (const { id, resolve } of batch) resolve(found.get(id) ?? null);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

async function readGlances(batch: readonly Waiting[], days: 30 | 90) {
  const ids = batch.map(({ id }) => id).join(",");
  return (await ask(api.GET("/api/v1/monitors/glance", { params: { query: { ids, days: `${days}` } } }))).items;
}
