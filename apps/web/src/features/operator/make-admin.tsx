import type { OperatorUserDetail } from "@pulsecheck/shared/operator-user";
import { useQueryClient } from "@tanstack/react-query";
import { Confirm } from "../../components/ui/confirm.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { userQuery } from "./operator-queries.ts";

type Props = {
  user: Pick<OperatorUserDetail, "id" | "email">;
  workspace: OperatorUserDetail["workspaces"][number];
};

/** Makes somebody an admin of a workspace in which they are: where its last one is to be disabled, one must follow. */
export function MakeAdmin({ user, workspace }: Props) {
  const queries = useQueryClient();
  const give = () =>
    ask(
      api.PATCH("/api/v1/operator/workspaces/{id}/members/{user_id}", {
        params: { path: { id: workspace.id, user_id: user.id } },
        body: { role: "ADMIN" },
      }),
    );
  const finish = () => {
    void queries.invalidateQueries({ queryKey: userQuery(user.id).queryKey });
    tell(`${user.email} is an admin of ${workspace.name} now.`);
  };
  return (
    <Confirm
      label="Make admin"
      accessibleName={`Make ${user.email} an admin of ${workspace.name}`}
      title={`Make ${user.email} an admin of ${workspace.name}?`}
      confirm="Make them an admin"
      onConfirm={give}
      onDone={finish}
    >
      They manage its people, keys and settings from then on. The workspace&apos;s own log says that you did it.
    </Confirm>
  );
}
