/** A monitor as a file has it, before anybody has judged it. */
export type MonitorDraft = {
  row: number;
  /** By what it may be found: its key elsewhere, its id, or the address that it asks. */
  names: { externalKey: string | null; id: string | null; url: string | null };
  /** In the words of the API. */
  fields: Record<string, unknown>;
  /** What the file calls a field, where it has another word for it. */
  columns?: Readonly<Record<string, string>>;
};
