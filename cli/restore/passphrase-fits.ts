import { createDecipheriv, pbkdf2Sync } from "node:crypto";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** What Pulumi encrypts to be able to tell. */
const KNOWN = "pulumi";

/**
 * True when a passphrase is the one of a config's salt, as Pulumi itself finds out (`v1:SALT:v1:NONCE:TEXT`, PBKDF2 and
 * AES-256-GCM). Asked here so that nothing is touched when it is not.
 */
export function passphraseFits(passphrase: string, encryptionSalt: string): boolean {
  const [version, salt = "", , nonce = "", text = ""] = encryptionSalt.split(":");
  if (version !== "v1") return false;
  const key = pbkdf2Sync(passphrase.trimEnd(), Buffer.from(salt, "base64"), ITERATIONS, KEY_BYTES, "sha256");
  const sealed = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  try {
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    return plain.toString("utf8") === KNOWN;
  } catch {
    return false;
  }
}
