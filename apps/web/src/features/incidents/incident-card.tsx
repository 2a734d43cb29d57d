import type { IncidentView } from "@pulsecheck/shared/incident";
import { CircleCheck, OctagonX } from "lucide-react";
import { Time } from "../../components/ui/time.tsx";
import { capitalise, formatDuration } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";
import { describeReason } from "../monitors/words.ts";
import { IncidentTimeline } from "./incident-timeline.tsx";
import { wordsOf } from "./incident-words.ts";
import { SubjectLink } from "./subject-link.tsx";

type Props = {
  incident: IncidentView;
  /** Where incidents of several subjects stand together. */
  showSubject?: boolean;
  /** The address asks for this one. */
  isMeant?: boolean;
};

/** One incident: what, why, how long, and what happened. Its heading is an h3. */
export function IncidentCard({ incident, showSubject = false, isMeant = false }: Props) {
  const isOn = incident.ended_at === null;
  const cause = describeReason(incident.reason);
  return (
    <article
      id={incident.id}
      aria-labelledby={`${incident.id}-heading`}
      className={`grid gap-2 rounded-lg border bg-surface p-4 ${isOn ? "border-down/60" : "border-line"} ${isMeant ? "outline-2 outline-offset-2 outline-accent" : ""}`}
    >
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <h3 id={`${incident.id}-heading`} className="min-w-0 font-semibold">
          {showSubject ? <SubjectLink subject={incident.subject} /> : capitalise(cause)}
        </h3>
        <OnOrOver isOn={isOn} word={wordsOf(incident).now} />
      </div>
      <p>
        {showSubject && <span className="font-medium">{capitalise(cause)}: </span>}
        {incident.detail}
      </p>
      <p className="text-muted">
        <Time at={incident.started_at} /> · {isOn ? "for " : "lasted "}
        <Duration incident={incident} />
      </p>
      <details open={isOn}>
        <summary className="w-fit cursor-pointer font-medium text-accent">What happened</summary>
        <IncidentTimeline incident={incident} />
      </details>
    </article>
  );
}

function OnOrOver({ isOn, word }: { isOn: boolean; word: string }) {
  const Icon = isOn ? OctagonX : CircleCheck;
  return (
    <p className={`flex shrink-0 items-center gap-1.5 font-medium ${isOn ? "text-down" : "text-up"}`}>
      <Icon aria-hidden className="size-4" />
      {isOn ? word : "Over"}
    </p>
  );
}

function Duration({ incident: { started_at, ended_at, duration_ms } }: { incident: IncidentView }) {
  return ended_at === null ? <DurationSoFar since={started_at} /> : formatDuration(duration_ms);
}

function DurationSoFar({ since }: { since: string }) {
  const now = useNow();
  // In whole seconds: it is looked at once a second.
  return formatDuration(Math.max(1, Math.floor((now - Date.parse(since)) / 1_000)) * 1_000);
}
