import type { ImportKind } from "@pulsecheck/shared/import";

const KUMA = {
  version: "1.23.16",
  notificationList: [],
  monitorList: [
    {
      id: 1,
      name: "Website",
      url: "https://example.com/",
      method: "GET",
      type: "http",
      interval: 60,
      retryInterval: 60,
      maxretries: 1,
      maxredirects: 10,
      accepted_statuscodes: ["200-299"],
      ignoreTls: false,
      upsideDown: false,
      active: true,
      tags: [{ name: "production", value: "" }],
    },
  ],
};

/** A small file of each kind, with what it may hold. */
export const SAMPLES: Record<ImportKind, { name: string; type: string; text: () => string }> = {
  monitors_csv: {
    name: "monitors.csv",
    type: "text/csv; charset=utf-8",
    text: () =>
      [
        "external_key,name,kind,interval,url,method,expected_status,keyword,timeout_ms,failure_threshold,schedule,time_zone,grace_s,tags,notes,is_active",
        'shop,Web shop,http,60,https://example.com/shop,GET,200-299 304,Add to cart,10000,2,,,,production; shop,"Two lines\nof notes",true',
        "backup,Nightly backup,cron,,,,,,,,30 2 * * *,Europe/Berlin,3600,backups,,true",
        "",
      ].join("\r\n"),
  },
  readings_csv: {
    name: "readings.csv",
    type: "text/csv; charset=utf-8",
    text: () => {
      const hour = (ago: number) => new Date(Date.now() - ago * 3_600_000).toISOString();
      return [
        "sensor_id,value,unit,timestamp,metadata",
        `cold-store,4.25,°C,${hour(2)},`,
        `cold-store,4.5,°C,${hour(1)},"{""door"":""open""}"`,
        "",
      ].join("\r\n");
    },
  },
  uptime_kuma: {
    name: "uptime-kuma-backup.json",
    type: "application/json",
    text: () => JSON.stringify(KUMA, null, 2),
  },
  url_list: {
    name: "urls.txt",
    type: "text/plain; charset=utf-8",
    text: () => "# One address a line\nhttps://example.com/\nexample.org/health\n",
  },
};
