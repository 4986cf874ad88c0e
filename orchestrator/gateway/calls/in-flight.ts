import { Holders } from "../../../lib/holders";
import { GatewayError } from "../gateway-api";
import { ErrorCode } from "../wire/json-rpc";
import type { Exchange } from "./exchange";

/** Counts what each principal has open, such as calls, and enforces a limit for each. */
export class InFlight {
  readonly #open = new Holders();

  /**
   * @param limit most that one principal may have open; 0: no limit
   * @param what names what is counted, for messages
   * @param key the stack's config key that sets the limit, for messages
   */
  constructor(
    private readonly limit: number,
    private readonly what: string,
    private readonly key: string,
  ) {}

  /**
   * Counts one more.
   * @returns a function to call at its end
   * @throws GatewayError 429 when the principal is at its limit
   */
  take(principal: string): () => void {
    const refusal = this.#refusal(principal);
    if (refusal) throw refusal;
    this.#open.add(principal);
    return () => this.#open.remove(principal);
  }

  /** Counts a request until it is done. Fails it when its principal is at the limit. @returns whether it may go on */
  admit(exchange: Exchange): boolean {
    const { name } = exchange.principal;
    const refusal = this.#refusal(name);
    if (refusal) {
      exchange.reject(refusal);
      return false;
    }
    this.#open.add(name);
    exchange.onEnd = this.#ended;
    return true;
  }

  /** One function for all calls: docs/architecture.md, "What a call leaves behind". */
  readonly #ended = ({ principal }: Exchange): void => this.#open.remove(principal.name);

  #refusal(principal: string): GatewayError | undefined {
    const open = this.#open.of(principal);
    return this.limit > 0 && open >= this.limit ? tooMany(principal, open, this.what, this.key) : undefined;
  }
}

/** Returns the error for a principal that is at its limit. */
export function tooMany(principal: string, has: number, what: string, key: string): GatewayError {
  const words = `the token ${principal} has ${has} ${what}, as many as one may have (${key}): end one, or come again`;
  return new GatewayError(429, ErrorCode.Busy, words);
}
