import type { CheckView } from "@pulsecheck/shared/check";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";
import { Card } from "../../components/ui/page.tsx";
import { Time } from "../../components/ui/time.tsx";
import { useNow } from "../../lib/now.ts";

const DAY_MS = 86_400_000;
const WARN_DAYS = 14;

/** How long the target's certificate is still good. Nothing where none was seen. */
export function CertificateCard({ checks }: { checks: readonly CheckView[] }) {
  const expiresAt = checks.find(({ tls_expires_at: at }) => at !== null)?.tls_expires_at;
  return expiresAt ? <Certificate expiresAt={expiresAt} /> : null;
}

function Certificate({ expiresAt }: { expiresAt: string }) {
  const now = useNow();
  const days = Math.floor((Date.parse(expiresAt) - now) / DAY_MS);
  const { look, Icon, word } = judge(days);
  return (
    <Card title="Certificate">
      <p className={`flex items-center gap-1.5 font-medium ${look}`}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {word}
      </p>
      <p className="text-muted">
        {days < 0 ? "It was good until " : "It is good until "}
        <Time at={expiresAt} />.
      </p>
    </Card>
  );
}

function judge(days: number) {
  if (days < 0) return { look: "text-down", Icon: OctagonX, word: "Expired" };
  const word = days === 0 ? "Expires within a day" : `${days} ${days === 1 ? "day" : "days"} left`;
  return days < WARN_DAYS
    ? { look: "text-warn", Icon: TriangleAlert, word }
    : { look: "text-up", Icon: CircleCheck, word };
}
