import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../apps/worker/src/check/probes/test-certificates.ts";
import { startChild, type Child } from "./children.ts";
import type { Stage } from "./stage.ts";

/** A target in a process of its own. */
export type Target = {
  child: Child;
  url: string;
  /** What a process needs in its environment to trust it. */
  env: Record<string, string>;
  /** The file of its authority's certificate; null over plain http. */
  authorityFile: string | null;
};

export async function openHttpTarget(stage: Stage): Promise<Target> {
  const child = await startChild(stage, "target-process.ts");
  return { child, url: `http://127.0.0.1:${await child.ask<number>("port")}/`, env: {}, authorityFile: null };
}

/** Over https, with a certificate of an authority of its own: checking it is real work. */
export async function openHttpsTarget(stage: Stage): Promise<Target> {
  const folder = await stage.use(
    () => mkdtemp(join(tmpdir(), "pulsecheck-bench-")),
    (path) => rm(path, { recursive: true }),
  );
  const authority = createAuthority();
  const { key, cert } = authority.issue("DNS:localhost,IP:127.0.0.1");
  authority.remove();
  const [keyFile, certFile, authorityFile] = ["key.pem", "cert.pem", "ca.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([writeFile(keyFile, key), writeFile(certFile, cert), writeFile(authorityFile, authority.cert)]);
  const child = await startChild(stage, "target-process.ts", { args: [keyFile, certFile] });
  const url = `https://127.0.0.1:${await child.ask<number>("port")}/`;
  return { child, url, env: { NODE_EXTRA_CA_CERTS: authorityFile }, authorityFile };
}

/** Takes connections and never answers. */
export async function openHangingTarget(stage: Stage): Promise<string> {
  const child = await startChild(stage, "hanging-process.ts");
  return `http://127.0.0.1:${await child.ask<number>("port")}/`;
}
