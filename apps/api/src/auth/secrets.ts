import { hash, randomBytes } from "node:crypto";

/** 256 random bits as text. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a session token, key or ticket. They are random, so a plain hash cannot be guessed back. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}
