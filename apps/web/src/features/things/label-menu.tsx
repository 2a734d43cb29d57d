import { Menu } from "../../components/ui/menu.tsx";

type Props = {
  label: string;
  all: string;
  words: readonly string[];
  value: string | undefined;
  onChange(word: string): void;
};

/** Filters a list by a tag or a location; nothing where there is nothing to choose from. */
export function LabelMenu({ label, all, words, value = "", onChange }: Props) {
  // What the address asks for stands there, whether there is one like that or not.
  const offered = value === "" || words.includes(value) ? words : [value, ...words];
  if (offered.length === 0) return null;
  const options = [["", all] as const, ...offered.map((word) => [word, word] as const)];
  return <Menu label={label} value={value} options={options} onChange={onChange} />;
}
