import { createHash } from "node:crypto";
import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { ApiEnv } from "../context.ts";

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 32rem; margin: 10vh auto; padding: 0 1rem; }
label, input, button { display: block; font: inherit; }
input { box-sizing: border-box; width: 100%; margin: .25rem 0 1rem; padding: .5rem; }
button { padding: .5rem 1rem; }
`;

// No scripts at all; the one style is named by its hash, forms go home only.
// Whole, because a browser hashes every space between its tags.
const STYLE_TAG = `<style>${STYLE}</style>`;
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");
const CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Markup that `html` made: everything put into it is escaped. */
export type Markup = ReturnType<typeof html>;

export type Page = { title: string; body: Markup };

/** Answers a whole page without scripts. It may carry a token, so nothing keeps it. */
export function answerPage(c: Context<ApiEnv>, { title, body }: Page, status: 200 | 400 | 503 = 200) {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>${title} - PulseCheck</title>
        ${raw(STYLE_TAG)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return c.html(page, status, { "Content-Security-Policy": CSP, "Cache-Control": "no-store" });
}
