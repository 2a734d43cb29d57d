import type { Config } from "@pulsecheck/shared/config";

/**
 * May a page of this origin act with a visitor's cookie? Our own pages may (PUBLIC_URL, or whatever host the
 * visitor reached us by), and those of CORS_ORIGINS.
 * @param host the request's own Host header
 */
export function isTrustedOrigin(
  config: Pick<Config, "publicUrl" | "corsOrigins">,
  origin: string,
  host: string | undefined,
): boolean {
  if (config.corsOrigins.includes(origin) || origin === new URL(config.publicUrl).origin) return true;
  // Only the host: behind a proxy that ends TLS, our own scheme is unknowable.
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
