import { roleAllows } from "@pulsecheck/shared/role";
import { useQuery } from "@tanstack/react-query";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { workspaceQuery } from "../account/workspace.ts";
import { Invitations } from "./invitations.tsx";
import { MemberList } from "./member-list.tsx";

/** The people of the workspace. Everybody may see them; admins invite, change roles and remove. */
export function MembersSection() {
  const { data: workspace, error, refetch } = useQuery(workspaceQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (workspace === undefined) return <Loading what="members" />;
  const isAdmin = roleAllows(workspace.role, "admin");
  return (
    <>
      <MemberList workspaceName={workspace.name} isAdmin={isAdmin} />
      {isAdmin && <Invitations />}
    </>
  );
}
