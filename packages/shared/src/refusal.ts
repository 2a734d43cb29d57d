/** A field of the input that is wrong, and what it may be. */
export type FieldError = { field: string; detail: string };

const TITLES: Record<number, string> = {
  400: "Bad input",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  426: "Upgrade required",
  429: "Too many requests",
  503: "Unavailable",
};

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 426 | 429 | 503;

/** An expected "no": thrown anywhere, turned into an RFC 9457 problem document in one place. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly errors: readonly FieldError[];
  readonly retryAfterS: number | undefined;

  constructor(
    status: RefusalStatus,
    detail: string,
    more: { errors?: readonly FieldError[]; retryAfterS?: number } = {},
  ) {
    super(detail);
    this.name = "Refusal";
    this.status = status;
    this.errors = more.errors ?? [];
    this.retryAfterS = more.retryAfterS;
  }

  get title(): string {
    return TITLES[this.status] ?? "Refused";
  }
}

/** Bad input in one field: 400 with `errors: [{field, detail}]`. */
export function refuseField(field: string, detail: string): Refusal {
  return new Refusal(400, `${field}: ${detail}`, { errors: [{ field, detail }] });
}

export function refuseMediaType(): Refusal {
  return new Refusal(415, "The body must be JSON, with the header Content-Type: application/json.");
}

export function refuseMissing(noun: string): Refusal {
  return new Refusal(404, `There is no such ${noun} here.`);
}
