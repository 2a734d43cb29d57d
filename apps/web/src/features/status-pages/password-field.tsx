import { useEffect, useRef } from "react";
import { Button } from "../../components/ui/button.tsx";
import { InputField } from "../../components/ui/field.tsx";

type Props = {
  /** Undefined: it stays as it is. Null: none any more. */
  value: string | null | undefined;
  onChange(value: string | null | undefined): void;
  hasPassword: boolean;
  error: string | undefined;
};

/** The password of a page is set, changed or taken away, and never shown. */
export function PasswordField({ value, onChange, hasPassword, error }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const mode = value === undefined ? "kept" : value === null ? "removed" : "written";
  const shown = useRef(mode);
  useEffect(() => {
    if (shown.current === mode) return;
    shown.current = mode;
    // What was pressed is gone: the focus goes to what came in its place.
    if (document.activeElement === document.body) box.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [mode]);
  return (
    <div ref={box} role="group" aria-label="Password" className="grid gap-2">
      {mode === "written" ? (
        <>
          <InputField
            key="written"
            label={hasPassword ? "New password" : "Password"}
            type="password"
            autoComplete="new-password"
            hint="Every visitor is asked for it. At least 4 characters."
            value={value ?? ""}
            onChange={(event) => onChange(event.target.value)}
            error={error}
          />
          <Row onPress={() => onChange(undefined)} label={hasPassword ? "Keep the old one" : "No password"} />
        </>
      ) : mode === "removed" ? (
        <>
          <p>The password is taken away when you save: everybody can see the page then.</p>
          <Row onPress={() => onChange(undefined)} label="Keep the password" />
        </>
      ) : (
        <>
          <p>{hasPassword ? "Visitors are asked for a password." : "No password: everybody can see the page."}</p>
          <div className="flex flex-wrap gap-2">
            <Button key="write" onClick={() => onChange("")}>
              {hasPassword ? "Change the password" : "Set a password"}
            </Button>
            {hasPassword && <Button onClick={() => onChange(null)}>Remove the password</Button>}
          </div>
        </>
      )}
    </div>
  );
}

function Row({ onPress, label }: { onPress(): void; label: string }) {
  return (
    <div>
      <Button onClick={onPress}>{label}</Button>
    </div>
  );
}
