import { CircleCheck, CircleHelp, CirclePause, OctagonX } from "lucide-react";
import type { BoardFilter } from "../board/board-search.ts";

const LOOKS = {
  UP: { word: "Up", look: "text-up", Icon: CircleCheck },
  DOWN: { word: "Down", look: "text-down", Icon: OctagonX },
  UNKNOWN: { word: "Unknown", look: "text-unknown", Icon: CircleHelp },
  PAUSED: { word: "Paused", look: "text-unknown", Icon: CirclePause },
} as const satisfies Record<BoardFilter, object>;

/** A status as a word, a shape and a colour. `word` may say more than the status does. */
export function StatusBadge({ status, word }: { status: BoardFilter; word?: string | undefined }) {
  const { look, Icon, word: usual } = LOOKS[status];
  return (
    <span data-status={status} className={`inline-flex items-center gap-1.5 font-medium ${look}`}>
      <Icon aria-hidden className="size-5 shrink-0" strokeWidth={2.2} />
      {word ?? usual}
    </span>
  );
}
