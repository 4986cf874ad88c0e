import { parseExactly } from "../../../lib/exact-json";
import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";

/** Most characters that an error message shows of a wrong value. */
const SHOWN = 60;

/**
 * Returns an answer in the form that clients accept, with the request's id as it was written. A malformed answer
 * becomes an error that shows what came. Its id is known, so it is the answer (JSON-RPC 2.0, section 5), and no other
 * will come.
 * @param asked the requests without an answer: each id, and how it was written
 * @param isExact true when the server is known to return ids unchanged: a string then never answers a number
 * @returns the message itself when it answers no request
 */
export function soundAnswer(
  server: string,
  frame: Frame,
  asked: ReadonlyMap<RequestId, string>,
  isExact = false,
): Frame {
  if (frame.isBatch || (frame.has("method") && (frame.id === undefined || !frame.answering))) return frame;
  const id = askedId(frame, asked, isExact);
  if (id === undefined) return frame;
  return sound(server, frame, id);
}

/**
 * Returns a client's answer to a server's question, as `soundAnswer` does, so that the server does not wait for another.
 * @param frame may be no message
 * @param id the question's id as the server wrote it
 */
export const soundReply = (frame: Frame, id: string): ResponseFrame => sound(undefined, frame, id);

/** @param server undefined: the answer is the client's */
function sound(server: string | undefined, frame: Frame, id: string): ResponseFrame {
  const problem = problemOf(frame);
  if (problem !== undefined) {
    const code = server === undefined ? ErrorCode.InvalidParams : ErrorCode.ServerUnavailable;
    return Frame.error(id, code, `${who(server)}: its answer is malformed: ${problem}`);
  }
  const right = readable(server, frame, id);
  if (!right.has("id")) return Frame.read(right.text.replace("{", `{"id":${id},`)) as ResponseFrame;
  return (right.idText === id ? right : right.withId(id)) as ResponseFrame;
}

/** Returns an answer in JSON-RPC's exact form: the SDKs' clients drop any other, and wait for ever. */
function readable(server: string | undefined, frame: Frame, id: string): Frame {
  if (frame.hasObject("error")) return readableError(server, frame, id);
  if (frame.reads('"2.0"', "jsonrpc") && !frame.has("error")) return frame;
  return Frame.result(id, frame.raw("result") ?? "{}");
}

/** Changes as little as needed, and parses nothing but the code: an error's `data` may be of any size and form. */
function readableError(server: string | undefined, frame: Frame, id: string): Frame {
  const code = frame.at("error", "code");
  const hasMessage = frame.hasText("error", "message");
  const isRight = Number.isSafeInteger(code) && hasMessage;
  if (isRight && frame.reads('"2.0"', "jsonrpc") && !frame.has("result")) return frame;
  if (isRight) return Frame.read(`{"jsonrpc":"2.0","id":${id},"error":${frame.raw("error")}}`);
  const words = `${who(server)}: its error has no message: ${frame.excerpt("error", SHOWN)}`;
  const message = hasMessage ? frame.raw("error", "message") : JSON.stringify(words);
  const data = frame.raw("error", "data");
  const mended = `"code":${Number.isSafeInteger(code) ? code : ErrorCode.Internal},"message":${message}`;
  return Frame.read(`{"jsonrpc":"2.0","id":${id},"error":{${mended}${data === undefined ? "" : `,"data":${data}`}}}`);
}

export function who(server: string | undefined): string {
  if (server === undefined) return "the client";
  return server === "" ? "the server" : `server ${server}`;
}

/**
 * Returns the id of the request that an answer belongs to, as it was written. Some servers return a number as a
 * string.
 */
function askedId(frame: Frame, asked: ReadonlyMap<RequestId, string>, isExact: boolean): string | undefined {
  const { id } = frame;
  if (id !== undefined) {
    const written = asked.get(id);
    if (written !== undefined || isExact) return written;
    return asked.get(typeof id === "string" ? Number(id || Number.NaN) : String(id));
  }
  // An error without an id answers the only open request. With several open, its request is unknown.
  // If the id is not even null, `jsonrpc` must be there: the text may be a line of the server's log.
  const hasNone = !frame.has("id") && frame.has("jsonrpc");
  if (asked.size !== 1 || !(frame.reads("null", "id") || hasNone) || !frame.hasObject("error")) return undefined;
  return asked.values().next().value;
}

/** Returns the notification that cancels a request. @param written the request's id as it was sent */
export function cancelled(id: RequestId, written: string | undefined, reason: string): Frame {
  const requestId = written === undefined ? id : parseExactly(written);
  return Frame.notification("notifications/cancelled", { requestId, reason });
}

function problemOf(frame: Frame): string | undefined {
  if (frame.has("method")) return `it has a method and ${frame.answering === "error" ? "an error" : "a result"}`;
  if (frame.hasObject("error")) return undefined;
  if (frame.has("error") && !frame.reads("null", "error"))
    return `its error is ${frame.excerpt("error", SHOWN)}, expected an object`;
  if (frame.hasObject("result")) return undefined;
  const result = frame.excerpt("result", SHOWN);
  return result === undefined ? "it has neither result nor error" : `its result is ${result}, expected an object`;
}
