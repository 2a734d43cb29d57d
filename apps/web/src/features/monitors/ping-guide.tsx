import { Tabs } from "@base-ui/react/tabs";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { useMemo } from "react";
import { CopyBlock } from "../../components/ui/copy-block.tsx";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { API_BASE } from "../../lib/api.ts";
import { listSnippets } from "./ping-snippets.ts";

/** Where a cron job reports its runs, and how. It is no link: to follow it would be to report. */
export function PingGuide({ monitor }: { monitor: MonitorView }) {
  const url = API_BASE + monitor.url;
  const snippets = useMemo(() => listSnippets(url, monitor), [url, monitor]);
  if (monitor.ping_id === null)
    return <p className="text-muted">The URL that the job pings is shown to those who may change monitors.</p>;
  return (
    <Card title="How the job tells">
      <CopyField label="Ping URL" value={url} />
      <p className="text-muted">
        Whoever knows it can ping. Opened as it is, it says that the job ended well; with /start, /fail, an exit code
        such as /1, or /log after it, it says that.
      </p>
      <Tabs.Root defaultValue="cron" className="grid min-w-0 gap-3">
        <Tabs.List aria-label="Ways to ping" className="flex flex-wrap border-b border-line">
          {snippets.map(({ key, label }) => (
            <Tabs.Tab
              key={key}
              value={key}
              className="-mb-px min-h-9 border-b-2 border-transparent px-3 text-muted hover:text-ink data-active:border-accent data-active:font-medium data-active:text-ink"
            >
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ key, label, text, hint }) => (
          <Tabs.Panel key={key} value={key} className="grid min-w-0 gap-2">
            <p className="text-muted">{hint}</p>
            <CopyBlock label={label} text={text} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Card>
  );
}
