import type { IncomingMessage } from "node:http";
import { BoundedMap } from "../../../lib/bounded-map";
import { GatewayError } from "../gateway-api";
import { ErrorCode } from "../wire/json-rpc";

/** The forms of an answer: one JSON document, an event stream, or whichever suits. */
export type Forms = "json" | "stream" | "both";

/** Clients send the same few headers with each request: each is read once. */
const known = new BoundedMap<Forms | "none">(256);

/** The forms that a client takes by its header Accept; without one it takes all. Undefined when it takes none of ours. */
export function formsOf(accept: string | undefined): Forms | undefined {
  if (accept === undefined) return "both";
  let forms = known.get(accept);
  if (forms === undefined) {
    forms = read(accept);
    known.set(accept, forms);
  }
  return forms === "none" ? undefined : forms;
}

/** The forms that the client of a request takes. @throws GatewayError 406 when it takes none */
export function accepted({ headers }: IncomingMessage): Forms {
  const forms = formsOf(headers.accept);
  if (forms) return forms;
  const words = `Accept: got ${JSON.stringify(headers.accept)}, expected application/json and text/event-stream`;
  throw new GatewayError(406, ErrorCode.InvalidRequest, words);
}

function read(accept: string): Forms | "none" {
  const ranges = accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    return { type, isRefused: parameters.some((one) => /^q=0(\.0*)?$/.test(one)) };
  });
  // RFC 9110, 12.5.1: the most specific range counts.
  const takes = (type: string): boolean => {
    const kinds = [type, `${type.split("/")[0]}/*`, "*/*"];
    const found = kinds.map((kind) => ranges.find((range) => range.type === kind)).find(Boolean);
    return found !== undefined && !found.isRefused;
  };
  const json = takes("application/json");
  if (takes("text/event-stream")) return json ? "both" : "stream";
  return json ? "json" : "none";
}
