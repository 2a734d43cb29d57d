import { Page } from "../../components/ui/page.tsx";

export function NewMonitorPage() {
  return <Page title="NewMonitorPage">…</Page>;
}
