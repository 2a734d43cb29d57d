/** Can a text column hold it? @returns null where it can, else what the text must be */
export function whyTextIsRefused(text: string): string | null {
  if (text.includes("\0")) return "must not contain the character U+0000";
  return text.isWellFormed() ? null : "must be well-formed Unicode";
}
