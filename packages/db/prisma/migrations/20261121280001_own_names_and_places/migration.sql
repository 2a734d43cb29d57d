-- Whether somebody here said what a device is called, and where it is, are two things. Until now either stood for both.
ALTER TABLE "devices" ADD COLUMN "is_relocated" BOOLEAN NOT NULL DEFAULT false;
UPDATE "devices" SET "is_relocated" = true WHERE "is_renamed";
