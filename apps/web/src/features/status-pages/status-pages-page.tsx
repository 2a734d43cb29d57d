import { Page } from "../../components/ui/page.tsx";

export function StatusPagesPage() {
  return <Page title="StatusPagesPage">…</Page>;
}
