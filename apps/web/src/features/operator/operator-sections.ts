/** The parts of the operator's pages, by their name in the address; the first one needs none. */
export const OPERATOR_SECTIONS = {
  status: "Status",
  users: "Users",
  workspaces: "Workspaces",
  log: "System log",
  audit: "Audit log",
} as const;
export type OperatorSection = keyof typeof OPERATOR_SECTIONS;

/** Reads an address's search, dropping what it cannot hold. */
export function operatorSearch({ section }: Record<string, unknown>): { section?: OperatorSection } {
  return typeof section === "string" && Object.hasOwn(OPERATOR_SECTIONS, section)
    ? { section: section as OperatorSection }
    : {};
}
