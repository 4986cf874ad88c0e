import { NotDownloaded } from "../../lib/download";
import { within } from "../../lib/within";
import { RegistryError } from "../../manifest/registry/client";
import { HttpError } from "../http/problem";

/** Questions at the same time, and milliseconds for all of one. */
const AT_ONCE = 4;
const PATIENCE_MS = 20_000;
const STATUS = { refused: 502, silent: 504, other: 502, missing: 404 } as const;

/** Questions to registries: a bounded number at a time, none for ever, each failure an answer for the caller. */
export class Questions {
  #open = 0;

  /** @param where the registry's URL @throws HttpError when there is no answer that can be used */
  async ask<Value>(where: string, question: () => Promise<Value>): Promise<Value> {
    if (this.#open >= AT_ONCE)
      throw new HttpError(503, `${AT_ONCE} questions to registries are open`, { "Retry-After": "1" });
    this.#open++;
    const answer = question().finally(() => this.#open--);
    const value = await within(PATIENCE_MS, answer).catch((error: unknown) => {
      if (error instanceof RegistryError) throw new HttpError(STATUS[error.kind], error.message);
      if (error instanceof NotDownloaded) throw new HttpError(error.isRefused ? 502 : 504, error.message);
      throw error;
    });
    if (value !== undefined) return value;
    answer.catch(() => {}); // nobody waits any more
    throw new HttpError(504, `${where}: no answer within ${PATIENCE_MS / 1_000} s`);
  }
}
