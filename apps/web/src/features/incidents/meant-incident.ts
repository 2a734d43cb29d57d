import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

type Listing = { data: unknown; hasNextPage: boolean; isFetching: boolean; fetchNextPage(): unknown };

/** So many further pages are read to find it. */
const PAGES_AT_MOST = 10;

/**
 * The incident that the address's hash names ("" for none): once it is here it is scrolled to, and until then the
 * lists are read on.
 */
export function useMeantIncident(listings: readonly Listing[]): string {
  const meant = useLocation({ select: ({ hash }) => hash });
  const search = useRef({ meant: "", pages: 0, isOver: true });
  useEffect(() => {
    if (search.current.meant !== meant) search.current = { meant, pages: 0, isOver: meant === "" };
    if (search.current.isOver) return;
    const card = document.getElementById(meant);
    if (card !== null) {
      search.current.isOver = true;
      card.scrollIntoView();
      card.querySelector("a")?.focus({ preventScroll: true });
      return;
    }
    if (listings.some(({ isFetching }) => isFetching) || search.current.pages >= PAGES_AT_MOST) return;
    search.current.pages += 1;
    void listings.find(({ hasNextPage }) => hasNextPage)?.fetchNextPage();
  });
  return meant;
}
