import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CheckboxField } from "../../components/ui/field.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";

const mailQuery = queryOptions({
  queryKey: ["monthly-mail"],
  queryFn: () => ask(api.GET("/api/v1/reports/monthly-mail")),
});

/** Whether the reader gets the report of each month of this workspace by mail. */
export function MonthlyMail() {
  const { data, error, refetch } = useQuery(mailQuery);
  return (
    <Card title="Report by mail">
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading what="whether you get it by mail" />}
      {data !== undefined && <Choice isWanted={data.is_wanted} />}
    </Card>
  );
}

function Choice({ isWanted }: { isWanted: boolean }) {
  const queries = useQueryClient();
  const setting = useMutation({
    mutationFn: (next: boolean) => ask(api.PUT("/api/v1/reports/monthly-mail", { body: { is_wanted: next } })),
    onSuccess: (saved) => {
      queries.setQueryData(mailQuery.queryKey, saved);
      tell(saved.is_wanted ? "You get the report of each month by mail." : "You get no more reports by mail.");
    },
    onError: tellError,
  });
  return (
    <CheckboxField
      label="Mail me the uptime of each month"
      hint="On the first of the next month, to your own address: uptime, outages, recovery and latencies of this workspace, by tag and of the least available monitors, and all of them as attached tables."
      checked={setting.isPending ? setting.variables : isWanted}
      onChange={({ target }) => !setting.isPending && setting.mutate(target.checked)}
    />
  );
}
