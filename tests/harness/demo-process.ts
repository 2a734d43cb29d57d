import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../../scripts/launch/environment.ts";

/** A demo in a process of its own. */
export type DemoProcess = {
  child: ChildProcess;
  /** Where it says that it can be opened; rejects where it ends before. */
  url: Promise<string>;
  /** With its exit code; null where a signal ended it. */
  ended: Promise<number | null>;
  /** What it has said so far. */
  out(): string;
};

/** Starts `npm run demo` as from a terminal: of this process' environment it gets nothing but `env` and the PATH. */
export function startDemo(env: Record<string, string>): DemoProcess {
  const child = spawn(join(root, "node_modules/.bin/node"), [join(root, "scripts/demo.ts")], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const told = /open +(\S+)[^]*stop +Ctrl-C/.exec(out)?.[1];
      if (told !== undefined) resolve(told);
    });
  const ended = once(child, "close").then(([code]) => code as number | null);
  void ended.then((code) => reject(new Error(`the demo ended with ${code}: ${out}`)));
  url.catch(() => undefined);
  return { child, url, ended, out: () => out };
}
