import type { AuditResult } from "../../../api/audit-result";
import type { CallTrace } from "../../../api/schemas/calls";
import { type Marks, spansOf } from "./spans";

/** Calls that are kept: about a megabyte. */
export const KEPT_CALLS = 2_000;
/** Characters kept of a text that clients choose. */
const WORD = 256;

/** What is kept of a finished call. It has no arguments. */
interface FinishedCall extends Marks, Omit<CallTrace, "spans" | "time" | "ms"> {
  /** Milliseconds since 1970, at its end. */
  time: number;
  result: AuditResult;
}

/**
 * The latest calls, for whoever asks where one's time went. Each is kept as a text of its own: the parts of a request
 * would keep all of it in memory.
 */
export class CallTraces {
  readonly #ring: string[] = [];
  #next = 0;

  /** @param size calls that are kept */
  constructor(private readonly size = KEPT_CALLS) {}

  add(call: FinishedCall): void {
    const { method, tool, traceparent } = call;
    const cut = { method: method.slice(0, WORD), tool: tool?.slice(0, WORD), traceparent: traceparent?.slice(0, WORD) };
    this.#ring[this.#next] = JSON.stringify({ ...call, ...cut });
    this.#next = (this.#next + 1) % this.size;
  }

  /** Returns the calls of one HTTP request, latest first: a batch has several, and clients may choose the same id twice. */
  of(request: string): CallTrace[] {
    const lines = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)].reverse();
    const found = lines.map((line) => JSON.parse(line) as FinishedCall).filter((call) => call.request === request);
    return found.map(({ time, arrived, began, sent, answered, ended, ...call }) => {
      const spans = spansOf({ arrived, began, sent, answered, ended });
      return { ...call, time: new Date(time).toISOString(), ms: rounded(ended - began), spans };
    });
  }
}

/** To the microsecond, as in the audit log. */
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
