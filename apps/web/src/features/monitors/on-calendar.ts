const NAMES: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ITEM = /^(?:[*?]|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>\d+))?$/;

/** Part of a field: from null for any value, to null for one value alone. */
type Item = { from: number | null; to: number | null; step: number };

/**
 * What systemd's OnCalendar= calls a cron expression. Two where it names days of the month and of the week: cron runs on
 * both. Null for what systemd has no words for: the last day (L), the nearest workday (W), the second Monday (#).
 */
export function calendarsOf(schedule: string): string[] | null {
  const fields = (NAMES[schedule.toLowerCase()] ?? schedule).split(" ");
  const [minutes, hours, days, months, weekdays] = fields.map((field, i) => readField(field, i));
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  const time = `${write(hours, 0)}:${write(minutes, 0)}:00`;
  const on = (day: string) => `*-${write(months, 1)}-${day} ${time}`;
  const named = writeWeekdays(weekdays);
  if (named === null) return [on(write(days, 1))];
  const onWeekdays = `${named} ${on("*")}`;
  return isAny(days) ? [onWeekdays] : [on(write(days, 1)), onWeekdays];
}

function readField(text: string, index: number): Item[] | null {
  const items = withoutNames(text, index)
    .split(",")
    .map((one) => ITEM.exec(one)?.groups);
  if (items.includes(undefined)) return null;
  const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
  return items.map((item) => ({ from: number(item?.from), to: number(item?.to), step: number(item?.step) ?? 1 }));
}

function withoutNames(text: string, index: number): string {
  const names = index === 3 ? MONTHS : index === 4 ? WEEKDAYS : [];
  const first = index === 3 ? 1 : 0;
  // A span that ends with Sunday ends with the seventh day.
  const spanned = text.replaceAll(/-sun/gi, "-7");
  return names.reduce((known, name, i) => known.replaceAll(new RegExp(name, "gi"), String(i + first)), spanned);
}

const isAny = (items: readonly Item[]) => items.some(({ from, step }) => from === null && step === 1);

/** @param first the least value of the field, where steps through all of it begin */
function write(items: readonly Item[], first: number): string {
  if (isAny(items)) return "*";
  const pad = (value: number) => String(value).padStart(2, "0");
  return items
    .map(
      ({ from, to, step }) => pad(from ?? first) + (to === null ? "" : `..${pad(to)}`) + (step > 1 ? `/${step}` : ""),
    )
    .join(",");
}

/** Null for any day. Days of the week are named one by one: there are no steps between them. */
function writeWeekdays(items: readonly Item[]): string | null {
  if (isAny(items)) return null;
  const has = (day: number) =>
    items.some(({ from, to, step }) => {
      const [first, last] = from === null ? [0, 6] : [from, to ?? from];
      return day >= first && day <= last && (day - first) % step === 0;
    });
  // Sunday is 0 and 7.
  return WEEKDAYS.filter((_, day) => has(day) || (day === 0 && has(7))).join(",");
}
