import { readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";

vi.setConfig({ testTimeout: 90_000 });

const { house, browser } = await openBrowserHouse();

test("a file is checked, its mistakes are shown, and once it is mended its monitors are on the board", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/");
  await page.getByRole("link", { name: "import many at once" }).click();
  await page.getByRole("heading", { name: "Import", exact: true }).waitFor();
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("Choose a file, or paste what is in it").waitFor();
  expect(await findBarriers()).toEqual([]);

  const header = "external_key,name,url,interval,is_active";
  const file = (row: string) => ({
    name: "shops.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`${header}\nshop,Web shop,https://example.com/,60,false\n${row}\n`),
  });
  await page.getByLabel("File", { exact: true }).setInputFiles(file("blog,<b>Blog</b>,ftp://example.com/,soon,false"));
  await page.getByText("shops.csv, ").waitFor();
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("Nothing was written: 2 errors.").waitFor();
  const errors = page.getByRole("region", { name: "Errors" }).last().getByRole("row");
  expect(await errors.allInnerTexts()).toEqual([
    expect.stringContaining("Row"),
    expect.stringMatching(/^3\s+url/),
    expect.stringMatching(/^3\s+interval/),
  ]);
  expect(await findBarriers()).toEqual([]);
  const [table] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the errors as CSV" }).click(),
  ]);
  expect(table.suggestedFilename()).toBe("shops.csv-errors.csv");
  const lines = (await readFile(await table.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines[0]).toBe('\uFEFF"row","column","detail"');
  expect(lines.slice(1)).toEqual([expect.stringMatching(/^"3","url","/), expect.stringMatching(/^"3","interval","/)]);

  await page
    .getByLabel("File", { exact: true })
    .setInputFiles(file("blog,<b>Blog</b>,https://example.com/blog,60,false"));
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("Dry run: 2 created.").waitFor();
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await page.getByRole("status").getByText("2 created.", { exact: true }).waitFor();
  await expect.poll(() => page.getByRole("list", { name: "Latest imports" }).getByRole("listitem").count()).toBe(3);
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("link", { name: "Monitors", exact: true }).click();
  await page.getByRole("link", { name: "<b>Blog</b>" }).waitFor();

  await page.getByRole("link", { name: "Import", exact: true }).click();
  await page.getByLabel("Kind").selectOption("url_list");
  await page.getByLabel("Or paste it here").fill("https://example.com/\nexample.org\n");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("Dry run: 1 created, 1 unchanged.").waitFor();
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save a sample" }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe("sample-urls.txt");
  expect(complaints).toEqual([]);
});
