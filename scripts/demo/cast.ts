import type { MemberRole } from "@pulsecheck/shared/role";

/** Known to everybody: a demo listens on this machine alone. */
export const PASSWORD = "Password123!";
export const SEED = 7;
export const WORKSPACE = "Demo";
export const PAGE_SLUG = "demo";
export const DEVICES = 24;

type Named = { email: string; firstName: string; lastName: string };
export const PEOPLE: Record<"admin" | "user" | "viewer", Named & { role: MemberRole }> = {
  admin: { email: "admin@example.com", firstName: "Ada", lastName: "Admin", role: "ADMIN" },
  user: { email: "user@example.com", firstName: "Uma", lastName: "User", role: "USER" },
  viewer: { email: "viewer@example.com", firstName: "Vic", lastName: "Viewer", role: "VIEWER" },
};

export const ALERT_ADDRESSES = ["oncall@example.com", "eu-operations@example.com"];

/** How a service goes wrong, in seconds since the demo said that it runs: from `firstS` on each `everyS`, for `forS`. */
export type Fault = { kind: FaultKind; firstS: number; everyS: number; forS: number };
export type FaultKind = "error" | "slow" | "wrong page" | "hangs" | "refuses";

export type Service = {
  name: string;
  /** On our web server; null: the gateway, a server of its own that can be away. */
  path: string | null;
  tags: string[];
  intervalS: number;
  usualMs: number;
  /** What may be said in a monitor besides. */
  settings?: { keyword?: string; timeout_ms?: number; alerts_on_anomaly?: boolean; notes?: string };
  fault?: Fault;
  group: "Shop" | "Platform" | null;
};

/** The first of them fails and comes back within the first minute or two. */
export const SERVICES: readonly Service[] = [
  { name: "Storefront", path: "/storefront", tags: ["prod", "eu"], intervalS: 10, usualMs: 84, group: "Shop" },
  {
    name: "Checkout",
    path: "/checkout",
    tags: ["prod", "eu"],
    intervalS: 10,
    usualMs: 142,
    settings: { notes: "Talks to Payments API. Runbook: restart the cart workers first." },
    fault: { kind: "error", firstS: 15, everyS: 660, forS: 40 },
    group: "Shop",
  },
  {
    name: "Product search",
    path: "/search",
    tags: ["prod", "eu"],
    intervalS: 15,
    usualMs: 61,
    settings: { alerts_on_anomaly: true },
    fault: { kind: "slow", firstS: 1_000, everyS: 3_300, forS: 90 },
    group: "Shop",
  },
  { name: "Image CDN", path: "/images/logo", tags: ["prod", "us"], intervalS: 30, usualMs: 18, group: "Shop" },
  { name: "Payments API", path: "/payments", tags: ["prod", "eu"], intervalS: 30, usualMs: 118, group: "Platform" },
  { name: "Accounts API", path: "/accounts", tags: ["prod", "us"], intervalS: 30, usualMs: 47, group: "Platform" },
  { name: "Orders API", path: "/orders", tags: ["prod", "us"], intervalS: 30, usualMs: 73, group: "Platform" },
  {
    name: "Partner gateway",
    path: null,
    tags: ["prod", "us"],
    intervalS: 15,
    usualMs: 96,
    fault: { kind: "refuses", firstS: 80, everyS: 1_500, forS: 140 },
    group: "Platform",
  },
  {
    name: "Help center",
    path: "/help",
    tags: ["prod", "us"],
    intervalS: 30,
    usualMs: 55,
    settings: { keyword: "How can we help?" },
    fault: { kind: "wrong page", firstS: 420, everyS: 2_700, forS: 150 },
    group: null,
  },
  { name: "Storefront preview", path: "/preview", tags: ["staging", "eu"], intervalS: 60, usualMs: 190, group: null },
  {
    name: "Report builder",
    path: "/reports",
    tags: ["staging", "us"],
    intervalS: 60,
    usualMs: 640,
    settings: { timeout_ms: 3_000 },
    fault: { kind: "hangs", firstS: 780, everyS: 3_900, forS: 240 },
    group: null,
  },
];

/** A job that pings: each `everyS`, `atS` after midnight UTC or its part of the day. */
export type Job = {
  name: string;
  schedule: string;
  everyS: number;
  atS: number;
  runS: number;
  tags: string[];
  notes: string;
};

export const JOBS: readonly Job[] = [
  {
    name: "Nightly backup",
    schedule: "0 2 * * *",
    everyS: 86_400,
    atS: 7_200,
    runS: 48,
    tags: ["prod", "eu"],
    notes: "pg_dump of the shop, to two regions.",
  },
  {
    name: "Invoice export",
    schedule: "0 * * * *",
    everyS: 3_600,
    atS: 0,
    runS: 21,
    tags: ["prod", "us"],
    notes: "Hands the hour's invoices to accounting.",
  },
  {
    name: "Search index refresh",
    schedule: "*/5 * * * *",
    everyS: 300,
    atS: 0,
    runS: 9,
    tags: ["prod", "eu"],
    notes: "",
  },
];
