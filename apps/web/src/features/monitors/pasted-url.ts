/** A URL as people paste it: without a scheme it means https, or http on one's own machine and network. */
export function completeUrl(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.includes("://")) return trimmed;
  return `${/^(localhost|[\d.]+|\[)/.test(trimmed) ? "http" : "https"}://${trimmed}`;
}

/** How a monitor is called whose name nobody gave: its host, and its path where it has one. */
export function nameOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  return `${host}${pathname === "/" ? "" : pathname}`.slice(0, 200);
}
