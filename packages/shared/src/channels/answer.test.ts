import { describe, expect, it } from "vitest";
import { judgeAnswer, type ChannelAnswer } from "./answer.ts";
import { hideSecrets, maskConfig } from "./channel.ts";
import { CHANNELS, CHANNEL_KINDS } from "./registry.ts";
import { telegram } from "./telegram.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const answer = (status: number, text = "", retryAfter: string | null = null): ChannelAnswer => ({
  status,
  text,
  retryAfter,
});

describe("an answer", () => {
  it.each<[ChannelAnswer, ReturnType<typeof judgeAnswer>]>([
    [answer(200, "ok"), { state: "SENT" }],
    [answer(204), { state: "SENT" }],
    [answer(301, "moved"), { state: "REJECTED", error: "It answered 301: redirects are not followed" }],
    [answer(400, " invalid\n payload "), { state: "REJECTED", error: "It answered 400: invalid payload" }],
    [answer(410), { state: "REJECTED", error: "It answered 410" }],
    [answer(408), { state: "PENDING", error: "It answered 408", retryAfterMs: null }],
    [answer(425), { state: "PENDING", error: "It answered 425", retryAfterMs: null }],
    [answer(429, "", "7"), { state: "PENDING", error: "It answered 429", retryAfterMs: 7_000 }],
    [
      answer(429, "", "Thu, 01 Jan 2026 00:01:00 GMT"),
      { state: "PENDING", error: "It answered 429", retryAfterMs: 60_000 },
    ],
    [answer(500, "<html>"), { state: "PENDING", error: "It answered 500: <html>", retryAfterMs: null }],
    [answer(503, "", "soon"), { state: "PENDING", error: "It answered 503", retryAfterMs: null }],
  ])("%j", (given, verdict) => {
    expect(judgeAnswer(given, NOW)).toEqual(verdict);
  });

  it("of Telegram says in its body how long it wants to be left alone", () => {
    const text = JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: 3 } });
    expect(judgeAnswer(answer(429, text), NOW, telegram.readRetryAfterS)).toMatchObject({ retryAfterMs: 3_000 });
    expect(judgeAnswer(answer(429, "not JSON"), NOW, telegram.readRetryAfterS)).toMatchObject({ retryAfterMs: null });
  });

  it("keeps only the first words of a long refusal", () => {
    const verdict = judgeAnswer(answer(400, "x".repeat(10_000)), NOW);
    expect(verdict.state === "REJECTED" && verdict.error.length).toBeLessThan(250);
  });
});

describe("a config", () => {
  const config = {
    url: "https://hooks.example.com/services/T000001/B000001?key=abcdef123456",
    secret: "sixteen characters",
  };

  it("is shown with its secrets masked: of a secret URL there is its host", () => {
    expect(maskConfig(CHANNELS.webhook, config)).toEqual({
      url: "https://hooks.example.com/********",
      secret: "********",
    });
    expect(maskConfig(telegram, { bot_token: "1:abc", chat_id: "@ops" })).toEqual({
      bot_token: "********",
      chat_id: "@ops",
    });
  });

  it("leaves no secret in what a receiver says", () => {
    const said = `no T000001, no /services/T000001/B000001?key=abcdef123456, no abcdef123456, nor "${config.secret}"`;
    const hidden = hideSecrets(CHANNELS.webhook, config, said);
    for (const secret of ["T000001", "B000001", "abcdef123456", config.secret]) expect(hidden).not.toContain(secret);
  });
});

it("every channel is one file here and one line in the registry", async () => {
  const { globSync, readFileSync } = await import("node:fs");
  const folder = import.meta.dirname;
  const frame = ["answer.ts", "channel.ts", "registry.ts"];
  const files = globSync("*.ts", { cwd: folder }).filter((file) => !frame.includes(file) && !file.endsWith(".test.ts"));
  expect(files.map((file) => file.replace(/\.ts$/, "")).toSorted()).toEqual(CHANNEL_KINDS.toSorted());
  const root = `${folder}/../../../..`;
  const sources = globSync("{apps,packages}/*/src/**/*.{ts,tsx}", {
    cwd: root,
    exclude: (path) => /generated/.test(path),
  });
  const naming = sources.filter(
    (path) => !/\.test\.tsx?$/.test(path) && /\b(ntfy|telegram)\b/i.test(readFileSync(`${root}/${path}`, "utf8")),
  );
  expect(naming.map((path) => path.replace(/.*\//, "")).toSorted()).toEqual(["ntfy.ts", "registry.ts", "telegram.ts"]);
});
