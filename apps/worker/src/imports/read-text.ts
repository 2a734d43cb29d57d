import type { Remarks } from "./remarks.ts";

const UTF_16_LITTLE_ENDIAN = [0xff, 0xfe];

/** A file as text: UTF-8 with or without a BOM, or UTF-16 as spreadsheets save "Unicode text". Null where it is neither. */
export function readText(file: Uint8Array, errors: Remarks): string | null {
  const isUtf16 = UTF_16_LITTLE_ENDIAN.every((byte, i) => file[i] === byte);
  try {
    return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8", { fatal: true }).decode(file);
  } catch {
    errors.add(null, null, "must be text in UTF-8");
    return null;
  }
}
