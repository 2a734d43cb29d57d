-- Public status pages, and the monitors that each of them shows.
CREATE TABLE "status_pages" (
    "id" SERIAL NOT NULL,
    "public_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "is_published" BOOLEAN NOT NULL DEFAULT false,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "status_pages_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "status_page_components" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "page_id" INTEGER NOT NULL,
    "monitor_id" INTEGER NOT NULL,
    "group_name" TEXT NOT NULL DEFAULT '',
    "name" TEXT,
    "position" SMALLINT NOT NULL,

    CONSTRAINT "status_page_components_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "status_pages_public_id_key" ON "status_pages"("public_id");
CREATE UNIQUE INDEX "status_pages_slug_key" ON "status_pages"("slug");
CREATE INDEX "status_pages_workspace_id_created_at_idx" ON "status_pages"("workspace_id", "created_at");
CREATE UNIQUE INDEX "status_page_components_page_id_monitor_id_key" ON "status_page_components"("page_id", "monitor_id");
CREATE INDEX "status_page_components_monitor_id_idx" ON "status_page_components"("monitor_id");

ALTER TABLE "status_pages" ADD CONSTRAINT "status_pages_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "status_page_components" ADD CONSTRAINT "status_page_components_page_id_fkey" FOREIGN KEY ("page_id") REFERENCES "status_pages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "status_page_components" ADD CONSTRAINT "status_page_components_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;
