import { z } from "zod";

/** Of each kind so many are told: what is to be chosen from must fit into a menu. */
export const LABELS_AT_MOST = 200;

const words = z.array(z.string());
const labels = z.object({ tags: words, locations: words });

/** The tags and locations that devices and sensors have, by the alphabet; the 200 most frequent of each. */
export const labelsSchema = z.object({ devices: labels, sensors: labels }).meta({ id: "Labels" });
export type Labels = z.infer<typeof labelsSchema>;
