import type { SensorView } from "@pulsecheck/shared/sensor";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";

/** How the last reading is: as a word, a shape and a colour. */
export function SensorState({ sensor: { breach, is_anomaly: isAnomaly } }: { sensor: SensorView }) {
  const [Icon, look, word] =
    breach !== null
      ? ([OctagonX, "text-down", breach === "above" ? "Too high" : "Too low"] as const)
      : isAnomaly
        ? ([TriangleAlert, "text-warn", "Unusual"] as const)
        : ([CircleCheck, "text-up", "As usual"] as const);
  return (
    <span className={`inline-flex items-center align-middle gap-1.5 font-medium ${look}`}>
      <Icon aria-hidden className="size-5 shrink-0" />
      {word}
    </span>
  );
}
