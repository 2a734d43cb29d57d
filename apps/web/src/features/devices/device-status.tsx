import type { DeviceStatus } from "@pulsecheck/shared/device";
import { CircleCheck, CircleOff, TriangleAlert } from "lucide-react";

const LOOKS = {
  ONLINE: { look: "text-up", Icon: CircleCheck },
  AT_RISK: { look: "text-warn", Icon: TriangleAlert },
  OFFLINE: { look: "text-down", Icon: CircleOff },
} as const satisfies Record<DeviceStatus, object>;

export const DEVICE_WORDS: Record<DeviceStatus, string> = { ONLINE: "Online", AT_RISK: "At risk", OFFLINE: "Offline" };

/** A device's status as a word, a shape and a colour. */
export function DeviceBadge({ status }: { status: DeviceStatus }) {
  const { look, Icon } = LOOKS[status];
  return (
    <span data-status={status} className={`inline-flex items-center align-middle gap-1.5 font-medium ${look}`}>
      <Icon aria-hidden className="size-5 shrink-0" strokeWidth={2.2} />
      {DEVICE_WORDS[status]}
    </span>
  );
}
