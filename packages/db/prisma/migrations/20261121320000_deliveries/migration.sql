-- Tests of channels stand among their deliveries.

-- AlterEnum
ALTER TYPE "delivery_kind" ADD VALUE 'TEST';
