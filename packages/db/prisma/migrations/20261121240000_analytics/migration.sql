-- Percentiles of values: series have histograms too, whose buckets are those of packages/shared/src/histogram.ts.
ALTER TABLE "series_rollups"
    ADD COLUMN "hist_buckets" SMALLINT[] NOT NULL DEFAULT '{}',
    ADD COLUMN "hist_counts" INTEGER[] NOT NULL DEFAULT '{}';

-- Charts mark what was unusual.
ALTER TABLE "check_rollups" ADD COLUMN "anomalies" INTEGER NOT NULL DEFAULT 0;

-- What Prisma cannot say ------------------------------------------------------------------------------------

-- A histogram in one piece: analytics put thousands of them together, and arrays are slow to take apart. Six bytes a
-- bucket: its number and its count, the high byte first.
CREATE FUNCTION "pack_histogram"(buckets SMALLINT[], counts INTEGER[]) RETURNS BYTEA IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
  SELECT coalesce(string_agg(int2send(bucket) || int4send(n), ''::bytea), ''::bytea) FROM unnest(buckets, counts) AS h(bucket, n)
$$;
ALTER TABLE "series_rollups" ADD COLUMN "histogram" BYTEA GENERATED ALWAYS AS (pack_histogram("hist_buckets", "hist_counts")) STORED;
ALTER TABLE "check_rollups" ADD COLUMN "histogram" BYTEA GENERATED ALWAYS AS (pack_histogram("hist_buckets", "hist_counts")) STORED;
