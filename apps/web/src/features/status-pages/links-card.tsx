import type { StatusPageView } from "@pulsecheck/shared/status-page";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { publicAddress } from "./status-page-queries.ts";

/** Where the page, its feed and its badges are, as they are stored. */
export function LinksCard({ page }: { page: StatusPageView }) {
  const address = publicAddress(page.slug);
  if (!page.is_published) {
    return (
      <Card title="Links and badges">
        <p>This page is a draft. Once it is published, you find its links and badges here.</p>
      </Card>
    );
  }
  return (
    <Card title="Links and badges">
      <CopyField label="Public page" value={address} />
      <CopyField label="Atom feed" value={`${address}/feed.atom`} />
      {page.has_password ? (
        <p className="text-muted">
          The feed asks for the password too: feed readers send it with any user name. So do the badges, which is why
          other sites cannot show them.
        </p>
      ) : (
        <Badges page={page} address={address} />
      )}
    </Card>
  );
}

function Badges({ page, address }: { page: StatusPageView; address: string }) {
  const components = page.groups.flatMap((group) => group.components);
  return (
    <div className="grid gap-2">
      <h3 className="font-medium">Badges</h3>
      <p className="text-muted">Pictures for READMEs and other sites: Markdown to copy.</p>
      <Fold title="The whole page" id="page">
        <Badge kind="status" of={page.title} src={`${address}/badges/status.svg`} />
      </Fold>
      {components.map(({ id, name, monitor_name: own }) => (
        <Fold key={id} id={id} title={name ?? own}>
          {(["status", "uptime", "latency"] as const).map((kind) => (
            <Badge key={kind} kind={kind} of={name ?? own} src={`${address}/badges/${id}/${kind}.svg`} />
          ))}
        </Fold>
      ))}
    </div>
  );
}

function Fold({ title, id, children }: { title: string; id: string; children: React.ReactNode }) {
  return (
    <details className="rounded-md border border-line" data-badges={id}>
      <summary className="cursor-pointer px-3 py-2 font-medium">{title}</summary>
      <div className="grid gap-4 px-3 pb-3">{children}</div>
    </details>
  );
}

function Badge({ kind, of, src }: { kind: "status" | "uptime" | "latency"; of: string; src: string }) {
  return (
    <div className="grid gap-2">
      {/* Lazy: a page may have hundreds of them, and they are folded. */}
      <img src={src} loading="lazy" alt={`The ${kind} badge of ${of}`} className="h-5 max-w-full" />
      <CopyField label={`Markdown of the ${kind} badge`} value={`![${kind}](${src})`} />
    </div>
  );
}
