/** Where the lists of things that report by themselves stand. */
export type Place = "/devices" | "/sensors";

/** How one of them is spoken of. */
export type ThingWords = {
  place: Place;
  one: "device" | "sensor";
  /** What follows that it was deleted. */
  anew: string;
  /** What is lost with it. */
  lost: string;
};
