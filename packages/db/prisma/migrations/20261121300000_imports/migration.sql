-- Why an import broke off the last time: whoever sees it given up reads that.
ALTER TABLE "imports" ADD COLUMN "last_error" TEXT;
