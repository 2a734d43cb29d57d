import { findPublishedPage, type PublishedPage } from "@pulsecheck/db/published-pages";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import type { Context } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import { answerError } from "../http/problems.ts";
import type { Admission } from "./admission.ts";
import type { Snapshot, Snapshots } from "./snapshots.ts";

/** What a path calls a page; everything else is nowhere. */
export const SLUG = ":slug{[a-z0-9][a-z0-9-]+[a-z0-9]}";

/** Somebody who asks for a page that is published at this moment. */
export type Visit = { page: PublishedPage; snapshot(): Promise<Snapshot> };

export type Visits = {
  /** The page of this address. Refuses (404) alike what is nowhere and what is not published. */
  find(slug: string): Promise<Visit>;
  /** The same for somebody who may see it. Refuses (401) who has not proven the page's password. */
  admit(c: Context<ApiEnv>): Promise<Visit>;
};

export function createVisits({ db }: Pick<Deps, "db">, admission: Admission, snapshots: Snapshots): Visits {
  const find = async (slug: string): Promise<Visit> => {
    const page = await findPublishedPage(db, slug);
    if (page === null) throw refuseMissing("status page");
    return { page, snapshot: () => snapshots.get(page) };
  };
  return {
    find,
    async admit(c) {
      const visit = await find(c.req.param("slug") ?? "");
      if (await admission.isAdmitted(c, visit.page)) return visit;
      throw new Refusal(401, "This status page has a password.");
    },
  };
}

/** Refusals of what no person reads: problem documents, and what asks a program for the page's password. */
export function answerVisitError(error: Error, c: Context<ApiEnv>): Response {
  const answer = answerError(error, c);
  answer.headers.set("Cache-Control", "private, no-store");
  if (answer.status === 401) answer.headers.set("WWW-Authenticate", 'Basic realm="status page", charset="UTF-8"');
  return answer;
}
