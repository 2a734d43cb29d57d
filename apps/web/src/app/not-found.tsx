import { Link } from "@tanstack/react-router";
import { buttonClass } from "../components/ui/button.tsx";
import { Page } from "../components/ui/page.tsx";

export function NotFound() {
  return (
    <Page title="There is nothing here">
      <p>The address is wrong, or what was here is deleted.</p>
      <p>
        <Link to="/" className={buttonClass("primary")}>
          To the monitors
        </Link>
      </p>
    </Page>
  );
}
