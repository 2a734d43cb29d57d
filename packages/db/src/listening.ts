/** Without a sign of any API process for so long, nobody could have heard what reports. */
const DEAF_AFTER_S = 10;

/** SQL: since when reports have been received without a gap; now, where they are not. */
export const LISTENING_SINCE = `
  SELECT CASE WHEN l.seen_at > now() - interval '${DEAF_AFTER_S} seconds' THEN l.since ELSE now() END AS since FROM listening l`;
