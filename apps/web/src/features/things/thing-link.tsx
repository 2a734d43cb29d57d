import { Link } from "@tanstack/react-router";
import { MapPin } from "lucide-react";
import type { ThingWords } from "./thing.ts";

type Props = {
  words: ThingWords;
  id: string;
  name: string;
  tags?: readonly string[];
  /** Is all of the tile around it the link? */
  isWhole?: boolean;
};

const TAGS_AT_MOST = 3;

/** A thing's name, which leads to its page. */
export function ThingLink({ words: { place }, id, name, tags = [], isWhole = false }: Props) {
  return (
    <div className="flex min-w-0 items-center gap-2">
      <Link
        to={`${place}/$id`}
        params={{ id }}
        title={name}
        className={`truncate font-medium focus-visible:outline-offset-4 ${isWhole ? "after:absolute after:inset-0" : "hover:underline"}`}
      >
        {name}
      </Link>
      {tags.slice(0, TAGS_AT_MOST).map((tag) => (
        <span
          key={tag}
          className="max-w-24 shrink-0 truncate rounded bg-sunken px-1.5 text-xs text-muted max-md:hidden"
        >
          {tag}
        </span>
      ))}
    </div>
  );
}

/** Where it is; nothing where that is not known. */
export function Located({ location }: { location: string }) {
  if (location === "") return null;
  return (
    <p className="flex min-w-0 items-center gap-1 text-xs text-muted">
      <MapPin aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{location}</span>
    </p>
  );
}
