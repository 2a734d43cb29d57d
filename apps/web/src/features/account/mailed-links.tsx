import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.tsx";
import { Failed } from "../../components/ui/states.tsx";
import { api, ask } from "../../lib/api.ts";
import { AccountFrame } from "./account-frame.tsx";

const verifyRoute = getRouteApi("/verify");
const verifyAlertAddressRoute = getRouteApi("/verify-alert-address");
const stopAlertsRoute = getRouteApi("/stop-alerts");

type Props = { title: string; why: string; button: string; done: string; send(): Promise<unknown> };

/** Where a mail's link leads. To look at it changes nothing, because mail scanners open every link; only the click does. */
function MailedLink({ title, why, button, done, send }: Props) {
  const sending = useMutation({ mutationFn: send });
  if (sending.isSuccess) {
    return (
      <AccountFrame title="Done">
        <p role="status">{done}</p>
        <p>
          <Link to="/" className="font-medium text-accent underline">
            To the monitors
          </Link>
        </p>
      </AccountFrame>
    );
  }
  return (
    <AccountFrame title={title}>
      <p>{why}</p>
      {sending.error && <Failed error={sending.error} />}
      <Button look="primary" className="justify-self-start" isBusy={sending.isPending} onClick={() => sending.mutate()}>
        {button}
      </Button>
    </AccountFrame>
  );
}

export function VerifyPage() {
  const { token } = verifyRoute.useSearch();
  return (
    <MailedLink
      title="Is this your address?"
      why="Alerts are sent to verified addresses only."
      button="Yes, verify it"
      done="Your address is verified: alerts of your monitors are sent to it from now on."
      send={() => ask(api.POST("/auth/verify", { body: { token } }))}
    />
  );
}

export function VerifyAlertAddressPage() {
  const { token } = verifyAlertAddressRoute.useSearch();
  return (
    <MailedLink
      title="Do you want these alerts?"
      why="Somebody asked PulseCheck to send alerts about their monitors to your address."
      button="Yes, send them to me"
      done="Your address is confirmed: alerts are sent to it from now on. Each of them has a link that stops them."
      send={() => ask(api.POST("/auth/verify-alert-address", { body: { token } }))}
    />
  );
}

export function StopAlertsPage() {
  const { token } = stopAlertsRoute.useSearch();
  return (
    <MailedLink
      title="Stop these alerts?"
      why="No more alerts of this workspace will be sent to your address."
      button="Stop them"
      done="Your address gets no more alerts of this workspace."
      send={() => ask(api.POST("/auth/stop-alerts", { body: { token } }))}
    />
  );
}
