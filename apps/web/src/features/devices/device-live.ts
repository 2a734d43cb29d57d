import type { DeviceView } from "@pulsecheck/shared/device";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useFrames, useWatchDevices } from "../../app/live.tsx";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { createThrottle } from "../../lib/throttle.ts";
import { deviceQuery, type DevicePages } from "./device-queries.ts";

/** Lists and figures are read again this often at most while events come in. */
const REREAD_EVERY_MS = 2_000;
/** Figures of thousands of devices are dear. */
const REREAD_FIGURES_EVERY_MS = 30_000;

/** What a device becomes by an event; the same one where the event says nothing of it. */
export function applyToDevice(device: DeviceView, frame: LiveFrame): DeviceView {
  switch (frame.type) {
    case "device.created":
    case "device.updated":
      return frame.data.device_id === device.device_id ? frame.data : device;
    case "device.status": {
      const { device_id, status, battery_level, signal_strength, at } = frame.data;
      if (device_id !== device.device_id) return device;
      return { ...device, status, status_since: at, battery_level, signal_strength };
    }
    case "device.heartbeat": {
      const { device_id, status, battery_level, signal_strength, heartbeats, at } = frame.data;
      if (device_id !== device.device_id) return device;
      return { ...device, status, battery_level, signal_strength, last_heard_at: at, heartbeats };
    }
    case "device.event": {
      const { device_id, event_type: type, at } = frame.data;
      const isSocket = type === "connected" || type === "disconnected";
      if (device_id !== device.device_id || !isSocket) return device;
      return { ...device, is_connected: type === "connected", connected_since: type === "connected" ? at : null };
    }
    case "maintenance.changed": {
      const { device_ids, until } = frame.data;
      return device_ids.includes(device.device_id) ? { ...device, in_maintenance_until: until } : device;
    }
    default:
      return device;
  }
}

/** The same lists where the event changed nothing of them: one tile is another one, and only that is painted anew. */
function applyToPages(list: DevicePages, frame: LiveFrame): DevicePages {
  let isChanged = false;
  const pages = list.pages.map((page) => {
    const items = page.items.map((device) => applyToDevice(device, frame));
    if (items.every((device, i) => device === page.items[i])) return page;
    isChanged = true;
    return { ...page, items };
  });
  return isChanged ? { ...list, pages } : list;
}

/** Keeps the lists of devices as the frames tell, while they are shown. */
export function useDeviceFrames(shown: readonly DeviceView[]): void {
  const queries = useQueryClient();
  const [rereading] = useState(() => createThrottle(REREAD_EVERY_MS));
  useEffect(() => rereading.stop, [rereading]);
  const ids = shown.map(({ device_id }) => device_id).join("\n");
  useWatchDevices(useMemo(() => (ids === "" ? [] : ids.split("\n")), [ids]));
  const hear = useCallback(
    (frame: LiveFrame) => {
      queries.setQueriesData<DevicePages>({ queryKey: ["devices"] }, (list) => list && applyToPages(list, frame));
      const isElsewhere =
        frame.type === "snapshot" ||
        frame.type === "device.created" ||
        frame.type === "device.updated" ||
        frame.type === "device.deleted" ||
        frame.type === "device.status";
      if (!isElsewhere) return;
      rereading.run(() => {
        for (const key of ["devices", "labels"]) void queries.invalidateQueries({ queryKey: [key] });
      });
    },
    [queries, rereading],
  );
  useFrames(hear);
}

/** Keeps figures of all devices about as they are, while they are shown. */
export function useFleetFrames(): void {
  const queries = useQueryClient();
  const [rereading] = useState(() => createThrottle(REREAD_FIGURES_EVERY_MS));
  useEffect(() => rereading.stop, [rereading]);
  const hear = useCallback(
    ({ type }: LiveFrame) => {
      if (type === "snapshot" || (type.startsWith("device.") && type !== "device.heartbeat"))
        rereading.run(() => void queries.invalidateQueries({ queryKey: ["device-analytics", ""] }));
    },
    [queries, rereading],
  );
  useFrames(hear);
}

/** Keeps everything that is shown of a device as the frames tell. Says whether it was deleted meanwhile. */
export function useDeviceLive(id: string): { isDeleted: boolean } {
  const queries = useQueryClient();
  const [deletedId, setDeletedId] = useState<string | null>(null);
  const [figures] = useState(() => createThrottle(REREAD_EVERY_MS));
  useEffect(() => figures.stop, [figures]);
  useWatchDevices(useMemo(() => [id], [id]));
  const hear = useCallback(
    (frame: LiveFrame) => {
      const reread = (...keys: string[][]) => {
        for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
      };
      const happened = [
        ["device-events", id],
        ["device-analytics", id],
      ];
      if (frame.type === "snapshot") {
        reread(["device", id], ["device-history", id], ["incidents", "of", `device ${id}`], ...happened);
        return;
      }
      if ("subject" in frame.data) {
        const { type, id: subjectId } = frame.data.subject;
        if (type === "device" && subjectId === id) reread(["incidents", "of", `device ${id}`]);
        return;
      }
      if (frame.type === "maintenance.changed")
        queries.setQueryData(deviceQuery(id).queryKey, (device) => device && applyToDevice(device, frame));
      if (!("device_id" in frame.data) || frame.data.device_id !== id) return;
      if (frame.type === "device.deleted") return setDeletedId(id);
      queries.setQueryData(deviceQuery(id).queryKey, (device) => device && applyToDevice(device, frame));
      if (frame.type === "device.heartbeat") figures.run(() => reread(["device-history", id]));
      if (frame.type === "device.status" || frame.type === "device.event") reread(...happened);
    },
    [queries, id, figures],
  );
  useFrames(hear);
  return { isDeleted: deletedId === id };
}
