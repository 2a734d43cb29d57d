import { z } from "zod";
import type { Credential } from "./options.ts";
import type { Answer, Sender } from "./sender.ts";

/** A key to report with, and what is to be done when it is no longer needed. */
export type Access = { key: string; giveBack(): Promise<void> };

const login = z.object({ access_token: z.string() });
const made = z.object({ id: z.string(), key: z.string() });

/** Throws, with a sentence for a person, where there is no way in. */
export async function gainAccess(sender: Sender, credential: Credential): Promise<Access> {
  const alive = await sender.send("GET", "/health");
  if (alive.problem !== null) throw new Error(alive.problem);
  if ("key" in credential) return { key: credential.key, giveBack: async () => undefined };
  const { email, password } = credential;
  const { access_token: token } = read(login, await sender.send("POST", "/auth/login", { username: email, password }));
  const body = { name: "simulation", role: "USER" };
  const { id, key } = read(made, await sender.send("POST", "/api/v1/api-keys", body, token));
  return {
    key,
    async giveBack() {
      const { problem } = await sender.send("DELETE", `/api/v1/api-keys/${id}`, undefined, token);
      if (problem !== null) console.error(`simulate: its key could not be revoked: ${problem}`);
      await sender.send("POST", "/auth/logout", undefined, token);
    },
  };
}

export function read<T>(schema: z.ZodType<T>, { body, problem }: Answer): T {
  if (problem !== null) throw new Error(problem);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error("it does not answer as PulseCheck does; is it the right --url?");
  return parsed.data;
}
