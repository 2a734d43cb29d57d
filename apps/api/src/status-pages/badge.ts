import type { ComponentState, OverallState } from "@pulsecheck/shared/public-status";
import { html } from "hono/html";
import { writeMarkup, xmlText } from "./markup.ts";

export type Badge = { label: string; value: string; colour: string };

// White text on each of them has a contrast of 4.5 : 1 or more.
const COLOURS = { good: "#1a7f37", fair: "#8a5a00", bad: "#c11f2c", work: "#0b5cad", none: "#57606a" } as const;
const LABEL_COLOUR = "#3d444d";
const LONGEST_LABEL = 60;
const PADDING = 6;

const STATES: Record<OverallState, { value: string; colour: string }> = {
  up: { value: "up", colour: COLOURS.good },
  down: { value: "down", colour: COLOURS.bad },
  partly_down: { value: "partly down", colour: COLOURS.bad },
  unknown: { value: "unknown", colour: COLOURS.none },
  maintenance: { value: "maintenance", colour: COLOURS.work },
  paused: { value: "paused", colour: COLOURS.none },
  empty: { value: "no data yet", colour: COLOURS.none },
};

export const NO_DATA = STATES.empty;

export function badgeOfState(state: ComponentState | OverallState): Omit<Badge, "label"> {
  return STATES[state];
}

export function colourOfUptime(ratio: number): string {
  return ratio >= 0.999 ? COLOURS.good : ratio >= 0.95 ? COLOURS.fair : COLOURS.bad;
}

export const LATENCY_COLOUR = "#0b5cad";

/** A flat badge. Its texts are stretched to the room that they are given, so no font has to be measured. */
export function drawBadge({ label, value, colour }: Badge): string {
  const shown = xmlText(Array.from(label).slice(0, LONGEST_LABEL).join(""));
  const left = widthOf(shown) + 2 * PADDING;
  const right = widthOf(value) + 2 * PADDING;
  const text = (content: string, x: number, width: number) =>
    html`<text x="${x + PADDING}" y="14" textLength="${width - 2 * PADDING}">${content}</text>`;
  const svg = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${left + right}"
    height="20"
    role="img"
    aria-label="${shown}: ${value}"
  >
    <title>${shown}: ${value}</title>
    <clipPath id="c"><rect width="${left + right}" height="20" rx="3" /></clipPath>
    <g clip-path="url(#c)">
      <rect width="${left}" height="20" fill="${LABEL_COLOUR}" />
      <rect x="${left}" width="${right}" height="20" fill="${colour}" />
    </g>
    <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
      ${text(shown, 0, left)}${text(value, left, right)}
    </g>
  </svg>`;
  return writeMarkup(svg);
}

/** About as wide as Verdana of 11 px: narrow, usual and wide letters, and those of scripts that fill a square. */
function widthOf(text: string): number {
  const widths = Array.from(text, (letter) => {
    if ((letter.codePointAt(0) ?? 0) > 0x2e80) return 11;
    if (/[ijlft.,:;'|!() ]/.test(letter)) return 4.2;
    return /[mwMW@%]/.test(letter) ? 10.2 : 7;
  });
  return Math.ceil(widths.reduce((sum, width) => sum + width, 0));
}
