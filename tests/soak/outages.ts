import { setTimeout as delay } from "node:timers/promises";
import { broken, healthy, type Shop, type Town } from "../fire/town.ts";
import type { Random } from "../../scripts/simulate/random.ts";

/** A target that was broken and mended on purpose, with the mails that told of it. */
export type Outage = { shop: Shop; brokenAt: number; mendedAt: number; problem: string | null };

/** Mails come through all faults, but they may have to wait for the end of some. */
const PATIENCE_MS = 150_000;

/** Breaks and mends one target after the other, until told to stop; answers what it did. */
export async function planOutages(
  town: Town,
  shops: readonly Shop[],
  random: Random,
  isOver: () => boolean,
): Promise<Outage[]> {
  const outages: Outage[] = [];
  while (!isOver()) {
    await delay(random.between(2_000, 15_000));
    outages.push(await breakOne(town, random.pick(shops), random));
  }
  return outages;
}

async function breakOne(town: Town, shop: Shop, random: Random): Promise<Outage> {
  const outage: Outage = { shop, brokenAt: Date.now(), mendedAt: 0, problem: null };
  town.behave([shop], broken);
  if (!(await toldOf(town, "DOWN", shop, outage.brokenAt))) outage.problem = "no DOWN mail";
  await delay(random.between(0, 5_000));
  outage.mendedAt = Date.now();
  town.behave([shop], healthy(0));
  if (!(await toldOf(town, "UP", shop, outage.mendedAt))) outage.problem ??= "no UP mail";
  return outage;
}

/** Did that mail arrive after `since`, in time? */
async function toldOf({ mails }: Town, word: "DOWN" | "UP", shop: Shop, since: number): Promise<boolean> {
  const isIt = ({ subject, at }: { subject: string; at: Date }) =>
    subject === `${word}: ${shop.name}` && at.getTime() >= since;
  const late = delay(PATIENCE_MS, null, { ref: false });
  return (await Promise.race([mails.mail(isIt), late])) !== null;
}
