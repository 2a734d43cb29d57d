import { Page } from "../../components/ui/page.tsx";

export function IncidentsPage() {
  return <Page title="IncidentsPage">…</Page>;
}
