import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono, type Context } from "hono";
import { html } from "hono/html";
import type { ApiEnv, Deps } from "../context.ts";
import { answerError } from "../http/problems.ts";
import type { Admission } from "./admission.ts";
import { writeFeed } from "./feed.ts";
import { writeStatusPage } from "./page-body.ts";
import { answerNotice, HTML_HEADERS } from "./page-frame.ts";
import { answerSealed, seal } from "./sealed.ts";
import { answerVisitError, SLUG, type Visits } from "./visit.ts";

const OPEN = "public, max-age=5, stale-while-revalidate=30";
const PAGE = { type: HTML_HEADERS["Content-Type"], keep: OPEN, csp: HTML_HEADERS["Content-Security-Policy"] };
const ATOM = { type: "application/atom+xml; charset=utf-8", keep: OPEN, csp: "default-src 'none'; sandbox" };

/** The page itself, the form that asks for its password, and its feed. */
export function pageRoutes({ config }: Pick<Deps, "config">, visits: Visits, admission: Admission) {
  const pages = new Hono<ApiEnv>();
  pages.onError(answerPageError);

  pages.get(`/status/${SLUG}`, async (c) => {
    const { page, snapshot } = await visits.find(c.req.param("slug"));
    if (!(await admission.isAdmitted(c, page))) return askForPassword(c, page.slug);
    const { once, revision, status } = await snapshot();
    const text = once("page", () => seal(writeStatusPage(page.slug, revision, status)));
    return answerSealed(c, page, text, PAGE);
  });
  pages.get(`/status/${SLUG}/`, (c) => c.redirect(`../${c.req.param("slug")}`, 301));

  pages.post(`/status/${SLUG}/unlock`, async (c) => {
    const { page } = await visits.find(c.req.param("slug"));
    const { password } = await c.req.parseBody();
    if (typeof password !== "string" || !(await admission.unlock(c, page, password)))
      return askForPassword(c, page.slug, true);
    return c.redirect(`../${page.slug}`, 303);
  });
  pages.get(`/status/${SLUG}/unlock`, (c) => c.redirect(`../${c.req.param("slug")}`, 303));

  const feeds = new Hono<ApiEnv>();
  feeds.onError(answerVisitError);
  feeds.get(`/status/${SLUG}/feed.atom`, async (c) => {
    const { page, snapshot } = await visits.admit(c);
    const { once, status } = await snapshot();
    const text = once("feed", () => seal(writeFeed(page, status, config.publicUrl)));
    return answerSealed(c, page, text, ATOM);
  });

  return pages.route("/", feeds).all("/status/*", () => {
    throw new Refusal(404, "There is no such status page here.");
  });
}

/** The form names nothing of the page: not even its title is for everybody. */
function askForPassword(c: Context<ApiEnv>, slug: string, isWrong = false): Response {
  // From the page itself one step down; from its form's own address one step up before.
  const action = c.req.path.endsWith("/unlock") ? "unlock" : `${slug}/unlock`;
  const problem = html`<p class="problem" id="problem" role="alert">That is not the password.</p>`;
  const described = html` aria-invalid="true" aria-describedby="problem"`;
  const body = html`<form method="post" action="${action}">
    ${isWrong ? problem : ""}
    <label for="password">Password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      maxlength="200"
      ${isWrong ? described : ""}
    />
    <button>Show the page</button>
  </form>`;
  return answerNotice(c, { title: "This status page has a password", body }, isWrong ? 403 : 200, {
    Vary: "Cookie, Authorization",
  });
}

const TITLES: Record<number, string> = { 404: "There is no such page", 429: "Too many attempts", 503: "Not available" };

/** What went wrong, for people: as everywhere, but as a page. */
function answerPageError(error: Error, c: Context<ApiEnv>): Response {
  const { status, headers } = answerError(error, c);
  const title = TITLES[status] ?? "Something went wrong";
  const detail = error instanceof Refusal ? error.message : "It is not your fault. Try again in a moment.";
  const retryAfter = headers.get("Retry-After");
  return answerNotice(
    c,
    { title, body: html`<p>${detail}</p>` },
    status as 404,
    retryAfter === null ? {} : { "Retry-After": retryAfter },
  );
}
