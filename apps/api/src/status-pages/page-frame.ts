import type { Context } from "hono";
import { html } from "hono/html";
import type { ApiEnv } from "../context.ts";
import { ASSET_NAMES } from "./assets.ts";
import { writeMarkup, type Markup } from "./markup.ts";

const CSP =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export type Frame = {
  title: string;
  /** The whole <main>. */
  main: Markup;
  head?: Markup;
  footer?: Markup;
  /** The way from its own address back to /status/: links are relative, for PUBLIC_URL may have a path of its own. */
  root: string;
};

export function writeFrame({ title, main, head, footer, root }: Frame): string {
  return writeMarkup(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>${title}</title>
          <link rel="icon" type="image/svg+xml" href="${root}../favicon.svg" />
          <link rel="stylesheet" href="${root}_assets/${ASSET_NAMES.style}" />
          ${head}
        </head>
        <body>
          ${main}
          <p class="aside" id="announcement" role="status"></p>
          <footer>${footer}<span>PulseCheck</span></footer>
        </body>
      </html>`,
  );
}

export const HTML_HEADERS = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP };

/** A short page that says one thing: nothing keeps it. */
export function answerNotice(
  c: Context<ApiEnv>,
  { title, body }: { title: string; body: Markup },
  status: 200 | 403 | 404,
  headers: Record<string, string> = {},
): Response {
  const main = html`<main class="notice">
    <h1>${title}</h1>
    ${body}
  </main>`;
  const head = html`<meta name="robots" content="noindex" />`;
  const root = "../".repeat(Math.max(0, c.req.path.split("/").length - 3));
  return c.body(writeFrame({ title, main, head, root }), status, {
    ...HTML_HEADERS,
    "Cache-Control": "private, no-store",
    ...headers,
  });
}
