import { Frame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";

/** Characters of a wrong value that are shown. */
const SHOWN = 60;

/**
 * An answer under the id that was asked with, to the letter. A malformed one becomes an error that says what came: JSON-RPC
 * 2.0, 5: with a known id it is the answer, however odd, and nobody need wait for another.
 * @param asked what is without an answer: ids, and how they were written
 * @param isExact the server is known to write ids right: a text is then no number's id
 * @returns the message as it is when it answers nothing
 */
export function soundAnswer(
  server: string,
  frame: Frame,
  asked: ReadonlyMap<RequestId, string>,
  isExact = false,
): Frame {
  if (frame.raw("method") !== undefined || frame.isBatch) return frame;
  const id = askedId(frame, asked, isExact);
  if (id === undefined) return frame;
  const problem = problemOf(frame);
  if (problem !== undefined) {
    const words = `${server === "" ? "the server" : `server ${server}`}: its answer is malformed: ${problem}`;
    return Frame.error(id, ErrorCode.ServerUnavailable, words);
  }
  return frame.idText === id ? frame : frame.withId(id);
}

/** The id that an answer is to, as it was written; a number may come back as text. */
function askedId(frame: Frame, asked: ReadonlyMap<RequestId, string>, isExact: boolean): string | undefined {
  const { id } = frame;
  if (id !== undefined) {
    const written = asked.get(id);
    if (written !== undefined || isExact) return written;
    return asked.get(typeof id === "string" ? Number(id || Number.NaN) : String(id));
  }
  // An error without an id is to the only request that there is; with more of them nobody can say.
  if (asked.size !== 1 || frame.raw("id") !== "null" || !frame.error) return undefined;
  return asked.values().next().value;
}

function problemOf(frame: Frame): string | undefined {
  const [result, error] = [frame.raw("result"), frame.raw("error")];
  if (error?.startsWith("{")) return undefined;
  if (error !== undefined && error !== "null") return `its error is ${shown(error)}, expected an object`;
  if (result === undefined) return "it has neither result nor error";
  return result.startsWith("{") ? undefined : `its result is ${shown(result)}, expected an object`;
}

const shown = (json: string): string => (json.length > SHOWN ? `${json.slice(0, SHOWN)}...` : json);
