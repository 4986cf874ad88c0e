import { hash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { EncryptJWT, jwtDecrypt } from "jose";
import { writeAtomically } from "../../lib/atomic-file";

/** Seconds that somebody stays signed in: a working day, and no night. */
const LIFE_S = 12 * 60 * 60;
/** Ends that are remembered, about 100 bytes each. More than that many sign-outs in LIFE_S is no person's doing. */
const ENDS = 10_000;
const KEY_BYTES = 32;
const METHOD = { alg: "dir", enc: "A256GCM" };

/** Where the key and the ended sign-ins are kept. */
export interface SignInFiles {
  key: string;
  ended: string;
}

/** Somebody who is signed in. */
export interface SignIn {
  id: string;
  /** The bearer token whose rights they have. */
  token: string;
}

/**
 * Who is signed in on the page. A cookie holds the token, encrypted with a key that never leaves this volume, so that
 * nobody has to sign in again when the orchestrator starts again. A token that is revoked is refused with its sign-ins.
 * Browsers send a cookie to every port of a host, so it is good only together with a key that the page keeps by itself.
 */
export class SignIns {
  readonly #key: Uint8Array;
  /** Ended before their time: id to the second in which they would have ended by themselves. */
  readonly #ended: Map<string, number>;

  /** @param now milliseconds @throws Error when the files cannot be read or made */
  constructor(
    private readonly files: SignInFiles,
    private readonly now: () => number = Date.now,
  ) {
    this.#key = readKey(files.key);
    this.#ended = readEnded(files.ended);
  }

  /**
   * Signs the holder of a token in.
   * @param key the page's
   * @returns the cookie's value and the seconds that it is good for
   */
  async begin(token: string, key: string): Promise<{ value: string; seconds: number }> {
    const second = this.#second();
    const value = await new EncryptJWT({ token, page: digestOf(key) })
      .setProtectedHeader(METHOD)
      .setJti(randomBytes(16).toString("base64url"))
      .setIssuedAt(second)
      .setExpirationTime(second + LIFE_S)
      .encrypt(this.#key);
    return { value, seconds: LIFE_S };
  }

  /** Returns who a cookie's value stands for; undefined when it is none of ours or of this page, expired or ended. */
  async of(value: string, key: string): Promise<SignIn | undefined> {
    const read = await jwtDecrypt<{ token: string; page: string }>(value, this.#key, {
      currentDate: new Date(this.now()),
      keyManagementAlgorithms: [METHOD.alg],
      contentEncryptionAlgorithms: [METHOD.enc],
    }).catch(() => undefined);
    const { jti, token, page } = read?.payload ?? {};
    if (jti === undefined || token === undefined || page !== digestOf(key) || this.#ended.has(jti)) return undefined;
    return { id: jti, token };
  }

  /** Ends a sign-in for good. */
  end({ id }: SignIn): void {
    const second = this.#second();
    for (const [other, until] of this.#ended) if (until <= second) this.#ended.delete(other);
    this.#ended.set(id, second + LIFE_S);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDS && oldest !== undefined) this.#ended.delete(oldest);
    writeAtomically(this.files.ended, JSON.stringify([...this.#ended]), { mode: 0o600 });
  }

  #second(): number {
    return Math.floor(this.now() / 1_000);
  }
}

const digestOf = (key: string): string => hash("sha256", key, "base64url");

/** Reads the key; makes one the first time, and in place of one that is damaged, which signs everybody out. */
function readKey(file: string): Uint8Array {
  const key = readOr(file, (content) => content);
  if (key?.length === KEY_BYTES) return key;
  const made = randomBytes(KEY_BYTES);
  writeAtomically(file, made, { mode: 0o600 });
  return made;
}

function readEnded(file: string): Map<string, number> {
  return new Map(readOr(file, (content) => JSON.parse(content.toString()) as [string, number][]) ?? []);
}

/** @returns undefined for a file that is missing or damaged */
function readOr<Value>(file: string, parse: (content: Buffer) => Value): Value | undefined {
  try {
    return parse(readFileSync(file));
  } catch {
    return undefined;
  }
}
