import { Page } from "../../components/ui/page.tsx";

export function SettingsPage() {
  return <Page title="SettingsPage">…</Page>;
}
