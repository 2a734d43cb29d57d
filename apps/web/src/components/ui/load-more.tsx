import { useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";

type Props = { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown }; end?: string };

/** Asks for the next page of a list. */
export function LoadMore({ query, end = "That was the first one." }: Props) {
  const [wasPressed, setPressed] = useState(false);
  if (query.hasNextPage) {
    return (
      <Button
        className="justify-self-center"
        isBusy={query.isFetchingNextPage}
        onClick={() => {
          setPressed(true);
          query.fetchNextPage();
        }}
      >
        Load more
      </Button>
    );
  }
  return wasPressed && <End words={end} />;
}

/** The button is gone, and the focus must be somewhere. */
function End({ words }: { words: string }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current?.focus(), []);
  return (
    <p ref={line} tabIndex={-1} className="justify-self-center text-muted">
      {words}
    </p>
  );
}
