import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "../../../../lib/within";
import { McpClient } from "./mcp-client";

/** Milliseconds that a call may take whatever happens to others, on a machine with much else to do. */
const BEARABLE_MS = 10_000;
const PAUSE_MS = 20;

/** A client of a server that behaves, in a session and without one: it calls on and on, whatever others go through. */
export class Neighbour {
  calls = 0;
  /** Milliseconds of the slowest call. */
  worst = 0;
  #over = false;
  readonly #calling: Promise<void>;

  private constructor(private readonly client: McpClient) {
    this.#calling = this.#call();
    this.#calling.catch(() => {}); // stop() tells
  }

  /** @param url of a server that answers each call with its tool's name */
  static async start(url: string): Promise<Neighbour> {
    return new Neighbour(await McpClient.open(url));
  }

  /** @throws AssertionError when one of its calls failed, or took too long */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#calling;
    assert.ok(this.calls > 1, "it hardly called");
  }

  async #call(): Promise<void> {
    for (; !this.#over; await sleep(PAUSE_MS)) {
      const began = performance.now();
      const call = this.calls++ % 2 ? this.client.call("echo") : this.client.modernCall("echo");
      const answer = await within(BEARABLE_MS, call);
      assert.ok(answer?.result, `a neighbour's call: ${JSON.stringify(answer) ?? `nothing in ${BEARABLE_MS} ms`}`);
      this.worst = Math.max(this.worst, performance.now() - began);
    }
  }
}
