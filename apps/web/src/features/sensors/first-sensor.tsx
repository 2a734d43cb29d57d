import { Link } from "@tanstack/react-router";
import { CopyBlock } from "../../components/ui/copy-block.tsx";
import { Card } from "../../components/ui/page.tsx";
import { API_BASE } from "../../lib/api.ts";

const COMMAND = `curl -X POST ${API_BASE}/api/v1/sensors \\
  -H "Authorization: Bearer $PULSECHECK_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"sensor_id": "temp-1", "value": 22.5, "unit": "°C"}'`;

/** A workspace without sensors is shown how one reports. */
export function FirstSensor() {
  return (
    <Card title="No sensors yet">
      <p>
        A sensor shows here with its first reading. It needs a key that may report: make one in the{" "}
        <Link to="/settings" search={{ section: "keys" }} className="font-medium text-accent underline">
          settings
        </Link>
        .
      </p>
      <CopyBlock label="A reading with curl" text={COMMAND} />
    </Card>
  );
}
