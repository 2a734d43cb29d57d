import { Page } from "../../components/ui/page.tsx";

export function NewStatusPage() {
  return <Page title="NewStatusPage">…</Page>;
}

export function EditStatusPage() {
  return <Page title="EditStatusPage">…</Page>;
}
