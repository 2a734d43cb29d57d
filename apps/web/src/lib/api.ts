import type { Problem } from "@pulsecheck/shared/problem";
import createClient from "openapi-fetch";
import { CHOSEN_WORKSPACE } from "./chosen-workspace.ts";
import { createListeners } from "./listeners.ts";
import type { paths } from "../generated/api.ts";

/** Where the API answers, without a slash at its end. PUBLIC_URL may have a path: the page's <base> tells it. */
export const API_BASE = new URL(document.baseURI).href.replace(/\/$/, "");

/** The API, typed by its own OpenAPI document. Use it with `ask`. */
export const api = createClient<paths>({ baseUrl: API_BASE, credentials: "same-origin" });

api.use({
  onRequest({ request, schemaPath }) {
    // What is a person's own belongs to no workspace, and works also where the chosen one is not theirs any more.
    if (CHOSEN_WORKSPACE !== null && schemaPath.startsWith("/api/"))
      request.headers.set("X-Workspace-Id", CHOSEN_WORKSPACE);
  },
});

/** What the API said no to, or that it could not be reached (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly { field: string; detail: string }[];

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? "PulseCheck answered with something else than it should have. Try again.");
    this.name = "ApiError";
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

const endings = createListeners();

/** Calls a listener whenever the API says that the session has ended. Returns what takes it back. */
export const whenSessionEnds = endings.add;

const misses = createListeners();

/** Calls a listener whenever the API does not know what it was asked for: maybe not even the workspace. */
export const whenSomethingIsMissing = misses.add;

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The answer's body. Rejects with an `ApiError` for everything but success. */
export async function ask<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new ApiError(0, { detail: "PulseCheck cannot be reached. Check your connection and try again." });
  });
  if (response.ok) return data as T;
  if (response.status === 401) endings.tell();
  if (response.status === 404) misses.tell();
  throw new ApiError(response.status, typeof error === "object" && error !== null ? error : {});
}
