import { Page } from "../../components/ui/page.tsx";

export function EditMonitorPage() {
  return <Page title="EditMonitorPage">…</Page>;
}
