import type { IncidentSubject } from "@pulsecheck/shared/incident";
import { Link } from "@tanstack/react-router";

/** What an incident is about, and the way to it. */
export function SubjectLink({ subject: { type, id, name } }: { subject: IncidentSubject }) {
  const className = "hover:underline";
  switch (type) {
    case "monitor":
      return (
        <Link to="/monitors/$id" params={{ id }} className={className}>
          {name}
        </Link>
      );
    case "device":
      return (
        <Link to="/devices/$id" params={{ id }} className={className}>
          {name}
        </Link>
      );
    case "sensor":
      return (
        <Link to="/sensors/$id" params={{ id }} className={className}>
          {name}
        </Link>
      );
    default:
      return name;
  }
}
