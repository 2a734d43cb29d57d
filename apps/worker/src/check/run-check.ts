import type { ClaimedCheck } from "@pulsecheck/db/due-checks";
import type { SecretBox } from "@pulsecheck/db/secret-box";
import type { ProbeResult } from "@pulsecheck/shared/check";
import type { MonitorSecrets } from "@pulsecheck/shared/monitor";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { probeHttp } from "./probes/http.ts";

const NO_SECRETS: MonitorSecrets = { headers: null, body: null, auth: null };

/** Runs a claimed check. Rejects only where we are at fault, such as with secrets sealed under another key. */
export async function runCheck(
  claim: ClaimedCheck,
  box: SecretBox,
  allowed: readonly Cidr[],
  startedAt: Date,
): Promise<ProbeResult> {
  const secrets = claim.secrets === null ? NO_SECRETS : (box.open(claim.secrets) as MonitorSecrets);
  return probeHttp({ ...claim, ...secrets }, allowed, startedAt);
}
