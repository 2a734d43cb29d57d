import { CopyBlock } from "../../components/ui/copy-block.tsx";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { API_BASE } from "../../lib/api.ts";

/** Where a cron job reports its runs, and how. It is no link: to follow it would be to report. */
export function PingAddress({ path }: { path: string }) {
  const url = API_BASE + path;
  return (
    <div className="grid gap-3">
      <CopyField label="Ping URL" value={url} />
      <CopyBlock label="At the end of the job" text={`your-job && curl -fsS -m 10 --retry 5 ${url}`} />
    </div>
  );
}
