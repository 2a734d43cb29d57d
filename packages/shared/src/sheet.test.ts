import { expect, test } from "vitest";
import { quoteFormulas, unquoteFormulas } from "./sheet.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["'=1+1", "''=1+1"],
  ["it's; -5 °C", "it's; '-5 °C"],
  ["a;=1+1;b", "a;'=1+1;b"],
  ['a;"=1+1";b', `a;"'=1+1";b`],
  ["a\t@b", "a\t'@b"],
  ["a; '|b", "a; ''|b"],
  ["steps:\r\n- one\n- two", "steps:\r\n'- one\n'- two"],
  [";;=1;'+2", ";;'=1;''+2"],
  ["a=b, c-d; 'e' \n\n'", "a=b, c-d; 'e' \n\n'"],
  ["", ""],
])("%j is written as %j, and read as it was", (text, written) => {
  expect(quoteFormulas(text)).toBe(written);
  expect(unquoteFormulas(written)).toBe(text);
});

test("whatever is written is read as it was, and no part of it begins a formula", () => {
  const signs = ["=", "-", "'", '"', ";", "\n", "\t", " ", "a"];
  const wrong = [];
  for (let i = 0; i < signs.length ** 5; i += 1) {
    const text = Array.from({ length: 5 }, (_, place) => signs[Math.floor(i / signs.length ** place) % 9]).join("");
    const written = quoteFormulas(text);
    if (unquoteFormulas(written) !== text || written.split(/[;\t\r\n]/).some((part) => /^[ "]*[=-]/.test(part)))
      wrong.push(text);
  }
  expect(wrong).toEqual([]);
});
