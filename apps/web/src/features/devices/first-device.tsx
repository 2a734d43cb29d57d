import { Link } from "@tanstack/react-router";
import { CopyBlock } from "../../components/ui/copy-block.tsx";
import { Card } from "../../components/ui/page.tsx";
import { API_BASE } from "../../lib/api.ts";

const COMMAND = `curl -X POST ${API_BASE}/api/v1/heartbeat \\
  -H "Authorization: Bearer $PULSECHECK_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"device_id": "pc-01", "battery_level": 80, "signal_strength": -60}'`;

/** A workspace without devices is shown how one reports. */
export function FirstDevice() {
  return (
    <Card title="No devices yet">
      <p>
        A device shows here with its first heartbeat. Let it report every minute or so; when it falls silent you get a
        mail. It needs a key that may report: make one in the{" "}
        <Link to="/settings" search={{ section: "keys" }} className="font-medium text-accent underline">
          settings
        </Link>
        .
      </p>
      <CopyBlock label="A heartbeat with curl" text={COMMAND} />
    </Card>
  );
}
