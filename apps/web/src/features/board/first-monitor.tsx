import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { Page } from "../../components/ui/page.tsx";
import { useMe } from "../account/session.ts";
import { addMonitor } from "../monitors/add-monitor.ts";
import { messageFor } from "../../lib/problem-of.ts";
import { useBoard } from "./board.tsx";

/** A workspace without monitors asks for one thing: a URL. */
export function FirstMonitor() {
  const { first_name: name } = useMe();
  const { store } = useBoard();
  const [url, setUrl] = useState("");
  const adding = useMutation({
    mutationFn: () => addMonitor(url),
    // The first check's result may be here before the event that tells of the monitor: the row is needed at once.
    onSuccess: (monitor) => store.hear({ type: "monitor.created", data: monitor }),
  });
  return (
    <Page title="Your first monitor" heading={`Hello ${name}. What shall we watch?`}>
      <form
        className="grid max-w-xl gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          adding.mutate();
        }}
      >
        <InputField
          label="URL"
          type="url"
          inputMode="url"
          placeholder="https://example.com"
          autoComplete="url"
          autoFocus
          spellCheck={false}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          hint="It is checked at once, and then every minute or so. You get a mail when it goes down, and one when it is back."
          error={adding.error === null ? undefined : messageFor(adding.error, "url")}
        />
        <Button look="primary" type="submit" className="justify-self-start" isBusy={adding.isPending}>
          Watch it
        </Button>
      </form>
      <p className="text-muted">
        Something else?{" "}
        <Link to="/monitors/new" className="text-accent underline">
          Add a cron job, or a website with all its options
        </Link>
        , or{" "}
        <Link to="/import" className="text-accent underline">
          import many at once
        </Link>
      </p>
    </Page>
  );
}
