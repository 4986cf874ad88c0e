import type { ResponseFrame } from "../wire/frame";
import type { Call, CallEnd, Cancel } from "./connection";

/** Says why no answer came: it was late, the caller stopped waiting, or the connection ended. */
export class NoAnswer extends Error {
  constructor(readonly why: "late" | "left" | CallEnd) {
    super("no answer");
  }
}

/**
 * Sends a request and waits for its answer. Each message before the answer restarts the time limit.
 * @param limit milliseconds
 * @param signal aborts when the caller stops waiting
 * @throws NoAnswer
 */
export function answerTo(
  send: (call: Call) => Cancel,
  request: Pick<Call, "request" | "headers">,
  limit: number,
  signal?: AbortSignal,
): Promise<ResponseFrame> {
  return new Promise((resolve, reject) => {
    const settled = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", left);
    };
    const fail = (why: NoAnswer["why"]): void => {
      settled();
      reject(new NoAnswer(why));
    };
    const left = (): void => {
      cancel("nobody waits any more");
      fail("left");
    };
    const timer = setTimeout(() => {
      cancel(`no answer within ${limit} ms`);
      fail("late");
    }, limit);
    let cancel: Cancel = () => {};
    if (signal?.aborted) {
      left();
      return;
    }
    signal?.addEventListener("abort", left);
    cancel = send({
      ...request,
      notified: () => timer.refresh(),
      answered: (frame) => {
        settled();
        resolve(frame);
      },
      failed: fail,
    });
  });
}
