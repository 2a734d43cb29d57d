import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

type Asset = { name: string; type: string; bytes: Buffer<ArrayBuffer> };

const style = readAsset("page.css", "text/css; charset=utf-8");
const script = readAsset("page.js", "text/javascript; charset=utf-8");

/** Files of the public pages. Their names hold their hash, so a name's content never changes. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([style, script].map((asset) => [asset.name, asset]));
export const ASSET_NAMES = { style: style.name, script: script.name };

function readAsset(file: string, type: string): Asset {
  const bytes = Buffer.from(readFileSync(new URL(`assets/${file}`, import.meta.url)));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return { name: file.replace(".", `.${hash}.`), type, bytes };
}
