import type { IncidentView } from "@pulsecheck/shared/incident";
import type { Page } from "@pulsecheck/shared/list";
import type { InfiniteData } from "@tanstack/react-query";

/** A list of incidents as far as it is loaded, the latest first. */
export type IncidentPages = InfiniteData<Page<IncidentView>, string | undefined>;

/**
 * An incident as it was told, with what was known of it: the frames of its beginning and its end list no alerts, and what
 * was read before its end may be told after it.
 */
export function mergeIncident(known: IncidentView | undefined, told: IncidentView): IncidentView {
  if (known === undefined) return told;
  const alerts = told.alerts.length === 0 ? known.alerts : told.alerts;
  const isOld = told.ended_at === null && known.ended_at !== null;
  return isOld ? { ...known, alerts } : { ...told, alerts };
}

export function findIncident(lists: readonly IncidentPages[], id: string): IncidentView | undefined {
  return lists.flatMap(({ pages }) => pages.flatMap(({ items }) => items)).find((item) => item.id === id);
}

/** The same list without this incident. */
export function dropIncident(list: IncidentPages, id: string): IncidentPages {
  const pages = list.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) }));
  return { ...list, pages };
}

/** The same list with this incident, as it is now, in its place; without it where that is not loaded yet. */
export function putIncident(list: IncidentPages, incident: IncidentView): IncidentPages {
  const rest = dropIncident(list, incident.id);
  const isHere = (page: Page<IncidentView>): boolean =>
    page.next_cursor === null || page.items.some((item) => isLater(incident, item));
  const place = rest.pages.findIndex(isHere);
  const pages = rest.pages.map((page, i) => {
    if (i !== place) return page;
    const at = page.items.findIndex((item) => isLater(incident, item));
    return { ...page, items: page.items.toSpliced(at === -1 ? page.items.length : at, 0, incident) };
  });
  return { ...rest, pages };
}

function isLater(a: IncidentView, b: IncidentView): boolean {
  return a.started_at === b.started_at ? a.id > b.id : a.started_at > b.started_at;
}
