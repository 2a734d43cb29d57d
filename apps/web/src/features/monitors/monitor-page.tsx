import { Page } from "../../components/ui/page.tsx";

export function MonitorPage() {
  return <Page title="MonitorPage">…</Page>;
}
