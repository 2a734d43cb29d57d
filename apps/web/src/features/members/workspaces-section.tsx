import { workspaceCreateSchema, type OwnWorkspaceView } from "@pulsecheck/shared/workspace";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { findShown, openWorkspace, ownWorkspacesQuery, useSwitchWorkspace } from "./own-workspaces.ts";

/** The workspaces of the reader: to switch, to leave, and to make one more. */
export function WorkspacesSection() {
  const { data, error, refetch } = useQuery(ownWorkspacesQuery);
  return (
    <>
      <Card title="Your workspaces">
        {error && <Failed error={error} retry={() => void refetch()} />}
        {data === undefined && !error && <Loading what="workspaces" />}
        <ul aria-label="Your workspaces" className="divide-y divide-line">
          {data?.map((workspace) => (
            <WorkspaceItem
              key={workspace.id}
              workspace={workspace}
              isHere={workspace === findShown(data)}
              personal={data.find((one) => one.is_personal)}
            />
          ))}
        </ul>
      </Card>
      <NewWorkspace />
    </>
  );
}

type ItemProps = { workspace: OwnWorkspaceView; isHere: boolean; personal: OwnWorkspaceView | undefined };

function WorkspaceItem({ workspace, isHere, personal }: ItemProps) {
  const { name, role, is_personal: isPersonal, members } = workspace;
  const switchTo = useSwitchWorkspace();
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">
          {name}
          {isHere && <span className="ml-2 rounded bg-up-soft px-1.5 text-xs text-up">This one</span>}
        </p>
        <p className="text-muted">
          {role} · {members === 1 ? "1 member" : `${members} members`}
          {isPersonal && " · your own"}
        </p>
      </div>
      {!isHere && (
        <Button onClick={() => void switchTo(workspace)} aria-label={`Open ${name}`}>
          Open
        </Button>
      )}
      {isHere && !isPersonal && personal !== undefined && (
        <Confirm
          label="Leave"
          accessibleName={`Leave ${name}`}
          title={`Leave ${name}?`}
          confirm="Leave it"
          onConfirm={() => ask(api.POST("/api/v1/workspace/leave"))}
          onDone={() => openWorkspace(personal)}
        >
          You see nothing of it any more, and the API keys that you made in it end for good. What you made stays.
        </Confirm>
      )}
    </li>
  );
}

function NewWorkspace() {
  const switchTo = useSwitchWorkspace();
  const form = useApiForm(workspaceCreateSchema, { name: "" });
  return (
    <Card title="New workspace">
      <p className="text-muted">For what you watch together with others. You are its first admin.</p>
      <Form
        form={form}
        submit="Create the workspace"
        send={async (body) => switchTo(await ask(api.POST("/users/me/workspaces", { body })))}
      >
        <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
      </Form>
    </Card>
  );
}
