import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  tables: {
    external: [
      "public.checks",
      "public.live_batches",
      "public.live_clock",
      "public.pings",
      "public.device_reports",
      "public.device_events",
      "public.readings",
    ],
  },
  experimental: { externalTables: true },
});
