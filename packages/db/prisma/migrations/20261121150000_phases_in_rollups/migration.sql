-- How long the phases of good checks took: the sum, and in how many checks the phase was measured. Empty in what was
-- rolled up before, and where a phase never is, as TLS over http; an empty column takes no room.
ALTER TABLE "check_rollups"
  ADD COLUMN "dns_sum_ms" REAL, ADD COLUMN "dns_checks" INTEGER,
  ADD COLUMN "connect_sum_ms" REAL, ADD COLUMN "connect_checks" INTEGER,
  ADD COLUMN "tls_sum_ms" REAL, ADD COLUMN "tls_checks" INTEGER,
  ADD COLUMN "first_byte_sum_ms" REAL, ADD COLUMN "first_byte_checks" INTEGER;
