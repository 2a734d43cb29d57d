import { ApiError } from "./api.ts";
import { capitalise } from "./format.ts";

/** What to say below a field: what the API said of it, else what it said at all. */
export function messageFor(error: Error, field: string): string {
  const own = error instanceof ApiError ? error.errors.find((one) => one.field === field) : undefined;
  return own === undefined ? error.message : capitalise(own.detail);
}
