import type { IncidentView } from "@pulsecheck/shared/incident";
import { useCallback, useReducer } from "react";
import { createPortal } from "react-dom";
import { useFrames } from "../../app/live.tsx";
import type { LiveFrame } from "../../lib/live-socket.ts";

/** Incidents that are on, each with its subject, and how many more there are that the snapshot did not list. */
type Open = { known: ReadonlyMap<string, string>; others: number; over: ReadonlySet<string> };

const subjectOf = ({ subject }: IncidentView): string => `${subject.type} ${subject.id}`;

const NONE: Open = { known: new Map(), others: 0, over: new Set() };

function heedFrame(open: Open, frame: LiveFrame): Open {
  switch (frame.type) {
    case "snapshot": {
      const { open_incidents: listed, counts } = frame.data;
      const known = new Map(listed.map((incident) => [incident.id, subjectOf(incident)]));
      return { known, others: Math.max(0, counts.open_incidents - known.size), over: new Set() };
    }
    case "incident.opened": {
      // What was told too late may be over already.
      const { id } = frame.data;
      return open.over.has(id) ? open : { ...open, known: new Map(open.known).set(id, subjectOf(frame.data)) };
    }
    case "incident.closed": {
      const { id } = frame.data;
      if (open.over.has(id)) return open;
      const known = new Map([...open.known].filter(([one]) => one !== id));
      const isOther = known.size === open.known.size;
      return { known, others: isOther ? Math.max(0, open.others - 1) : open.others, over: new Set(open.over).add(id) };
    }
    case "monitor.deleted":
      return withoutSubject(open, `monitor ${frame.data.id}`);
    case "device.deleted":
      return withoutSubject(open, `device ${frame.data.device_id}`);
    case "sensor.deleted":
      return withoutSubject(open, `sensor ${frame.data.sensor_id}`);
    default:
      return open;
  }
}

function withoutSubject(open: Open, gone: string): Open {
  return { ...open, known: new Map([...open.known].filter(([, subject]) => subject !== gone)) };
}

/** How many incidents are on, beside the way to them. Changes are told politely to those who cannot see them. */
export function OpenIncidentsBadge() {
  const [open, hear] = useReducer(heedFrame, NONE);
  useFrames(useCallback((frame: LiveFrame) => hear(frame), []));
  const count = open.known.size + open.others;
  const words = `${count === 0 ? "no" : count} open ${count === 1 ? "incident" : "incidents"}`;
  const isWorthTelling = count > 0 || open.over.size > 0;
  return (
    <>
      {count > 0 && (
        <>
          <span aria-hidden className="rounded-full bg-down px-1.5 text-xs font-semibold text-on-danger tabular-nums">
            {count}
          </span>
          <span className="sr-only">{words}</span>
        </>
      )}
      {createPortal(
        // Outside of the link: a dialog hides all but live regions, and would leave the link without a name.
        <p aria-live="polite" className="sr-only">
          {isWorthTelling && words}
        </p>,
        document.body,
      )}
    </>
  );
}
