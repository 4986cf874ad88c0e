import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../gateway-api";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";

/** Answers with one JSON document. */
export function sendJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers?: Record<string, string>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Answers that there is nothing to say. */
export function sendEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-length": 0 });
  response.end();
}

/** What a client that found no place is told: when to come again, in seconds. */
export const COME_AGAIN = { "retry-after": "1" };

/** Answers with an error of HTTP and JSON-RPC at once. @param id of the request, as JSON; undefined: without one */
export function sendError(response: ServerResponse, error: GatewayError, id: string | undefined): void {
  const headers: Record<string, string> = error.code === ErrorCode.Busy ? { ...COME_AGAIN } : {};
  if (error.status === 413) headers.connection = "close"; // the rest of the body is not read
  sendJson(response, error.status, Frame.error(id, error.code, error.message, error.data).text, headers);
}

/**
 * Reads a request's body as text.
 * @param limit bytes
 * @throws GatewayError 413 when it is larger, 400 when the client goes away
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = () =>
    new GatewayError(
      413,
      ErrorCode.InvalidRequest,
      `the body is larger than ${limit} bytes, the limit of this gateway`,
    );
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) {
        request.pause();
        reject(tooLarge());
      }
    });
    request.on("end", () =>
      resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString("utf8")),
    );
    request.on("close", () => {
      if (request.complete) return; // the usual end: no error is made for nobody
      reject(new GatewayError(400, ErrorCode.InvalidRequest, "the request ended before its body"));
    });
  });
}
