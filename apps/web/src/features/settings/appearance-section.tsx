import { useSyncExternalStore } from "react";
import { Card } from "../../components/ui/page.tsx";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

// public/theme.js applies it before the first paint, and when it changes, here or in another tab.
const CHANGED = "pulsecheck:theme";

function onTheme(listener: () => void): () => void {
  addEventListener("storage", listener);
  addEventListener(CHANGED, listener);
  return () => {
    removeEventListener("storage", listener);
    removeEventListener(CHANGED, listener);
  };
}

function chooseTheme(theme: string): void {
  localStorage.setItem("theme", theme);
  dispatchEvent(new Event(CHANGED));
}

/** Light or dark, kept in this browser. */
export function AppearanceSection() {
  const theme = useSyncExternalStore(onTheme, () => localStorage.getItem("theme") ?? "system");
  return (
    <Card title="Appearance">
      <fieldset className="grid gap-2">
        <legend className="mb-2 font-medium">Theme</legend>
        {THEMES.map(({ value, label }) => (
          <label key={value} className="flex items-center gap-2">
            <input
              type="radio"
              name="theme"
              className="size-4 accent-accent"
              checked={theme === value}
              onChange={() => chooseTheme(value)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <p className="text-muted">Kept in this browser.</p>
    </Card>
  );
}
