import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { SealingKey } from "../../../config/orchestrator-config";
import { writeAtomically } from "../../../lib/atomic-file";

const METHOD = "aes-256-gcm";
const KEY_BYTES = 32;
/** What the key is for: another use of the same text would have another key. */
const PURPOSE = "dind-mcp sign-ins at remote servers";

const sealedSchema = z.object({
  /** Whose it is. It is not secret, and cannot be changed without breaking the seal. */
  owner: z.string(),
  /** Id of the key. */
  key: z.string(),
  nonce: z.base64(),
  tag: z.base64(),
  text: z.base64(),
});

/**
 * Values on the orchestrator's volume, each in a file of its own, encrypted with a key that the stack keeps elsewhere
 * (AES-256-GCM). The first key encrypts; the others only read what was written before.
 */
export class SealedFiles {
  readonly #keys: { id: string; key: Buffer }[];

  constructor(
    private readonly folder: string,
    keys: readonly SealingKey[],
  ) {
    this.#keys = keys.map(({ id, key }) => ({ id, key: Buffer.from(hkdfSync("sha256", key, "", PURPOSE, KEY_BYTES)) }));
  }

  /** True when there is a key. */
  get isReady(): boolean {
    return this.#keys.length > 0;
  }

  /** Returns what an owner has; undefined when there is nothing, or nothing that one of the keys opens. */
  read(owner: string): unknown {
    const sealed = this.#sealed(fileOf(owner));
    if (sealed?.owner !== owner) return undefined;
    const key = this.#keys.find(({ id }) => id === sealed.key);
    if (!key) return undefined;
    try {
      const decipher = createDecipheriv(METHOD, key.key, Buffer.from(sealed.nonce, "base64"));
      decipher.setAAD(Buffer.from(owner)).setAuthTag(Buffer.from(sealed.tag, "base64"));
      const text = Buffer.concat([decipher.update(Buffer.from(sealed.text, "base64")), decipher.final()]);
      return JSON.parse(text.toString());
    } catch {
      return undefined; // damaged, or another key of the same id
    }
  }

  /** @throws Error when the disk does not take it, or there is no key */
  write(owner: string, value: unknown): void {
    const [first] = this.#keys;
    if (!first) throw new Error("the stack gave no key");
    const nonce = randomBytes(12);
    const cipher = createCipheriv(METHOD, first.key, nonce).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    const sealed: z.infer<typeof sealedSchema> = {
      ...{ owner, key: first.id, nonce: nonce.toString("base64") },
      ...{ tag: cipher.getAuthTag().toString("base64"), text: text.toString("base64") },
    };
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeAtomically(join(this.folder, fileOf(owner)), JSON.stringify(sealed), { mode: 0o600, durable: true });
  }

  remove(owner: string): void {
    rmSync(join(this.folder, fileOf(owner)), { force: true });
  }

  /** Whose files there are. */
  owners(): string[] {
    return names(this.folder).flatMap((name) => this.#sealed(name)?.owner ?? []);
  }

  #sealed(name: string): z.infer<typeof sealedSchema> | undefined {
    try {
      return sealedSchema.parse(JSON.parse(readFileSync(join(this.folder, name), "utf8")));
    } catch {
      return undefined;
    }
  }
}

const fileOf = (owner: string): string => `${hash("sha256", owner)}.json`;

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch {
    return [];
  }
}
