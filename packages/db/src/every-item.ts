import type { Page } from "@pulsecheck/shared/list";

/** Rows of a list that are read at a time where all of them are wanted. */
const PAGE_ROWS = 1_000;

/** All items of a list, page after page: never more than a page in memory, however long the list. */
export async function* everyItem<Item>(
  readPage: (page: { limit: number; cursor: string | undefined }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await readPage({ limit: PAGE_ROWS, cursor });
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
