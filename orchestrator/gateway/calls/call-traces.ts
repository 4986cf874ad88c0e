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

/** The latest calls, for whoever asks where one's time went. */
export class CallTraces {
  readonly #ring: FinishedCall[] = [];
  #next = 0;

  /** @param size calls that are kept */
  constructor(private readonly size = KEPT_CALLS) {}

  /** Keeps a call. It becomes the trace's own: texts that clients choose are cut in it. */
  add(call: FinishedCall): void {
    call.method = word(call.method);
    if (call.tool !== undefined) call.tool = word(call.tool);
    if (call.traceparent !== undefined) call.traceparent = word(call.traceparent);
    this.#ring[this.#next] = call;
    this.#next = (this.#next + 1) % this.size;
  }

  /** Returns the calls of one HTTP request, latest first: a batch has several, and clients may choose the same id twice. */
  of(request: string): CallTrace[] {
    const latest = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)].reverse();
    const found = latest.filter((call) => call.request === request);
    return found.map(({ time, arrived, began, sent, answered, ended, ...call }) => {
      const spans = spansOf({ arrived, began, sent, answered, ended });
      return { ...call, time: new Date(time).toISOString(), ms: rounded(ended - began), spans };
    });
  }
}

/** Cuts a text. The cut one is a copy: a part of a string keeps all of it in memory. */
const word = (text: string): string => (text.length > WORD ? Buffer.from(text.slice(0, WORD)).toString() : text);

/** To the microsecond, as in the audit log. */
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
