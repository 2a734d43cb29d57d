import { findDifference } from "@pulsecheck/db/monitor-batches";
import { viewMonitor, type MonitorRow } from "@pulsecheck/db/monitor-view";
import { requireFittingBody } from "@pulsecheck/db/monitors";
import type { SecretBox } from "@pulsecheck/db/secret-box";
import {
  anyMonitorCreateSchema,
  changeSchemaOf,
  type AnyMonitorChange,
  type AnyMonitorInput,
  type MonitorRules,
} from "@pulsecheck/shared/cron-monitor";
import { fieldErrors } from "@pulsecheck/shared/field-errors";
import { Refusal, type FieldError } from "@pulsecheck/shared/refusal";
import type { RefusedHosts } from "./judge-targets.ts";
import type { MonitorDraft } from "./monitor-draft.ts";
import type { Remarks } from "./remarks.ts";

/** Judges rows by what the API judges requests by. What is wrong goes to `errors`, and null comes back. */
export type MonitorJudge = {
  judgeNew(draft: MonitorDraft): AnyMonitorInput | null;
  /** The fields that differ from what is there. */
  judgeChange(draft: MonitorDraft, before: MonitorRow): AnyMonitorChange | null;
};

export function createMonitorJudge(
  rules: MonitorRules,
  box: SecretBox,
  refused: RefusedHosts,
  errors: Remarks,
): MonitorJudge {
  const createSchema = anyMonitorCreateSchema(rules);
  const changeSchemas = { http: changeSchemaOf("http", rules), cron: changeSchemaOf("cron", rules) };

  function tell({ row, columns }: MonitorDraft, found: readonly FieldError[]): null {
    for (const { field, detail } of found) {
      const name = field.split(".")[0] ?? field;
      errors.add(row, columns?.[name] ?? name, detail);
    }
    return null;
  }

  /** An empty cell clears what its kind has; of another kind's columns it says nothing. */
  function fieldsOf({ fields }: MonitorDraft, kind: "http" | "cron"): Record<string, unknown> {
    const { shape } = changeSchemas[kind];
    return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== null || name in shape));
  }

  function whyRefused(url: string): FieldError[] {
    const detail = refused.get(new URL(url).hostname);
    return detail === undefined ? [] : [{ field: "url", detail }];
  }

  return {
    judgeNew(draft) {
      const fields = fieldsOf(draft, draft.fields["kind"] === "cron" ? "cron" : "http");
      const external_key = draft.names.externalKey ?? draft.names.id;
      const { data, error } = createSchema.safeParse({ ...fields, external_key });
      if (data === undefined) return tell(draft, fieldErrors(error.issues));
      const why = data.kind === "cron" ? [] : whyRefused(data.url);
      return why.length > 0 ? tell(draft, why) : data;
    },
    judgeChange(draft, before) {
      const { kind = before.kind, ...fields } = fieldsOf(draft, before.kind);
      if (kind !== before.kind)
        return tell(draft, [{ field: "kind", detail: `is ${before.kind} here, which cannot be changed` }]);
      const { data, error } = changeSchemas[before.kind].safeParse(fields);
      if (data === undefined) return tell(draft, fieldErrors(error.issues));
      const change = findDifference(box, before, data);
      const why = change.url === undefined ? [] : whyRefused(change.url);
      if (why.length > 0) return tell(draft, why);
      try {
        requireFittingBody(viewMonitor(before), change);
        return change;
      } catch (error_) {
        if (!(error_ instanceof Refusal)) throw error_;
        return tell(draft, error_.errors);
      }
    },
  };
}
