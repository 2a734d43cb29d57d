import type { IncidentView } from "@pulsecheck/shared/incident";
import { Bell, CircleCheck, CircleDot, Clock, OctagonX, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Time } from "../../components/ui/time.tsx";
import { wordsOf } from "./incident-words.ts";

type Alert = IncidentView["alerts"][number];
type Moment = { key: string; at: string; isTimed: boolean; Icon: LucideIcon; look: string; text: ReactNode };

const SENDING = {
  PENDING: "waiting to be sent",
  SENDING: "being sent",
  SENT: "sent",
  UNCONFIRMED: "sent, but nobody knows whether it arrived",
  REJECTED: "rejected",
} as const;
const STATES: Record<Alert["kind"], Record<Alert["state"], string>> = {
  DOWN: { ...SENDING, SUPPRESSED: "held back by the debounce, and over before the next one was due" },
  UP: { ...SENDING, SUPPRESSED: "not sent, because the outage was not announced there" },
};

/** What happened in an incident, in order: what told of it, and what became of each alert. */
export function IncidentTimeline({ incident }: { incident: IncidentView }) {
  return (
    <ol aria-label="What happened" className="mt-2 grid gap-2 border-l border-line pl-3">
      {listMoments(incident).map(({ key, at, isTimed, Icon, look, text }) => (
        <li key={key} className="flex gap-2">
          <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look}`} />
          <div className="min-w-0">
            {text}
            {isTimed && (
              <p className="text-xs text-muted">
                <Time at={at} precision="second" />
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function listMoments(incident: IncidentView): Moment[] {
  const { id, started_at, confirmed_at, ended_at, alerts } = incident;
  const words = wordsOf(incident);
  const moment = (what: string, at: string, Icon: LucideIcon, look: string): Moment => ({
    key: `${id} ${what}`,
    at,
    isTimed: true,
    Icon,
    look,
    text: <p>{what}</p>,
  });
  const tell = (kind: Alert["kind"], since: string) =>
    alerts.filter((alert) => alert.kind === kind).map((alert) => describeAlert(alert, since, words.alert));
  const moments = [
    moment(words.started, started_at, CircleDot, "text-down"),
    moment(words.confirmed, confirmed_at, OctagonX, "text-down"),
    ...tell("DOWN", confirmed_at),
    ...(ended_at === null ? [] : [moment("Over", ended_at, CircleCheck, "text-up")]),
    ...tell("UP", ended_at ?? confirmed_at),
  ];
  return moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** An alert that was not sent has no time of its own: it stands where it became due. */
function describeAlert(alert: Alert, since: string, word: string): Moment {
  const { id, kind, channel, recipient, state, sent_at, detail } = alert;
  const isWaiting = state === "PENDING" || state === "SENDING";
  return {
    key: id,
    at: sent_at ?? since,
    isTimed: sent_at !== null,
    Icon: isWaiting ? Clock : Bell,
    look: state === "REJECTED" ? "text-down" : state === "UNCONFIRMED" ? "text-warn" : "text-muted",
    text: (
      <p>
        {kind === "DOWN" ? word : "Recovery alert"} to {recipient} by {channel === "email" ? "e-mail" : channel}:{" "}
        {STATES[kind][state]}
        {detail !== null && ` (${detail})`}
      </p>
    ),
  };
}
