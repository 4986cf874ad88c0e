import type { IncomingMessage } from "node:http";
import { BoundedMap } from "../../../lib/bounded-map";
import { GatewayError } from "../gateway-api";
import { ErrorCode } from "../wire/json-rpc";

/** The forms of an answer that a client takes: one JSON document, an event stream, or both. */
export type Forms = "json" | "stream" | "both";

/** Headers read before, and what they allow: a client sends the same Accept with each request. */
const known = new BoundedMap<Forms | "none">(256);

/** Reads the header Accept. Without one the client takes both forms. @returns undefined when it takes neither */
export function formsOf(accept: string | undefined): Forms | undefined {
  if (accept === undefined) return "both";
  let forms = known.get(accept);
  if (forms === undefined) {
    forms = read(accept);
    known.set(accept, forms);
  }
  return forms === "none" ? undefined : forms;
}

/** Returns the forms that a request's client takes. @throws GatewayError 406 when it takes neither */
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
  // The most specific range decides (RFC 9110, 12.5.1).
  const takes = (type: string): boolean => {
    const kinds = [type, `${type.split("/")[0]}/*`, "*/*"];
    const found = kinds.map((kind) => ranges.find((range) => range.type === kind)).find(Boolean);
    return found !== undefined && !found.isRefused;
  };
  const json = takes("application/json");
  if (takes("text/event-stream")) return json ? "both" : "stream";
  return json ? "json" : "none";
}
