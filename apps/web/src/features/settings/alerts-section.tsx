import { roleAllows } from "@pulsecheck/shared/role";
import { useQuery } from "@tanstack/react-query";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { workspaceQuery } from "../account/workspace.ts";
import { MonthlyMail } from "../reports/monthly-mail.tsx";
import { AlertAddresses } from "./alert-addresses.tsx";
import { WorkspaceForm } from "./workspace-form.tsx";

/** Who gets the workspace's alerts, and how often. Everybody may see it, admins may change it. */
export function AlertsSection() {
  const { data: workspace, error, refetch } = useQuery(workspaceQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (workspace === undefined) return <Loading what="alert settings" />;
  const isAdmin = roleAllows(workspace.role, "admin");
  return (
    <>
      <Card title="Workspace and alerts">
        {!isAdmin && (
          <p className="text-muted">
            Only admins of this workspace may change this. Your role here is {workspace.role}.
          </p>
        )}
        <WorkspaceForm workspace={workspace} isAdmin={isAdmin} />
      </Card>
      <AlertAddresses isAdmin={isAdmin} />
      <MonthlyMail />
    </>
  );
}
