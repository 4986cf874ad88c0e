import type { CallTrace } from "../../../api/schemas/calls";

/** Moments of a call, by `performance.now()`. */
export interface Marks {
  /** The request's head was there. */
  arrived: number;
  /** The whole request was there. */
  began: number;
  /** It was sent to the server; undefined: it was not, as the gateway answers it or refuses it. */
  sent?: number;
  /** The server's answer was there; undefined: there was none. */
  answered?: number;
  /** The answer was given to the client, or the call was given up. */
  ended: number;
}

/** Where a call's time went, one part after the other. */
export function spansOf({ arrived, began, sent, answered, ended }: Marks): CallTrace["spans"] {
  const span = (part: CallTrace["spans"][number]["part"], from: number, to: number) => ({
    part,
    start: rounded(from - arrived),
    ms: rounded(to - from),
  });
  const served =
    sent === undefined
      ? [span("gateway", began, ended)]
      : [
          span("gateway", began, sent),
          span("server", sent, answered ?? ended),
          ...(answered === undefined ? [] : [span("gateway", answered, ended)]),
        ];
  return [span("client", arrived, began), ...served];
}

/** To the microsecond. */
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
