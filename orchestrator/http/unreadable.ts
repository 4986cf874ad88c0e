import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { PROBLEM_TYPE } from "../../api/problem";

/** Answers for requests that Node's parser cannot read, by the error's code. */
const ANSWERS: Record<string, [number, string, string]> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "the request's headers are larger than the limit"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request took longer to arrive than the limit"],
};

/** Answers bytes that Node cannot parse as a request, and closes the connection. A listener for `clientError`. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A client that is gone, or an answer already under way: two answers in one stream would be read as one. Node has no
  // public word for the latter, and asks the same in its own handler.
  const answer = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage;
  if (error.code === "ECONNRESET" || !socket.writable || answer?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, title, detail] = ANSWERS[error.code ?? ""] ?? [400, "Bad Request", "the request is not HTTP/1.1"];
  const body = JSON.stringify({ type: "about:blank", title, status, detail, instance: randomUUID() });
  const head = `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${head}\r\n\r\n${body}`, () => socket.destroy());
}
