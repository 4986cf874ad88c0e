import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../gateway-api";
import { type Account, type ByteBudget, SMALL } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";

/**
 * Answers with one JSON document. A small one is handed to Node as a string, a byte a character: Node sends it together
 * with the headers, and the string is cheap garbage. Memory of Buffers counts for V8's old objects: it would collect the
 * whole heap every few calls. A large one is sent as it is, as a string would take as much memory again.
 * @param json UTF-8
 */
export function sendJson(
  response: ServerResponse,
  status: number,
  json: Buffer,
  headers?: Record<string, string>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", "content-length": json.length, ...headers });
  response.end(json.length > SMALL ? json : json.toString("latin1"), "latin1");
}

/** Answers with an empty body. */
export function sendEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-length": 0 });
  response.end();
}

/** Header of an answer to a client that found no free place: try again after 1 second. */
export const COME_AGAIN = { "retry-after": "1" };

/**
 * Answers with an error's HTTP status and a JSON-RPC error body.
 * @param id the request's id, as JSON; undefined: none
 */
export function sendError(response: ServerResponse, error: GatewayError, id: string | undefined): void {
  const headers: Record<string, string> = error.code === ErrorCode.Busy ? { ...COME_AGAIN } : {};
  if (error.status === 413) headers.connection = "close"; // the rest of the body is not read
  sendJson(response, error.status, Frame.error(id, error.code, error.message, error.data).bytes, headers);
}

/**
 * Reads a request's body. The byte budget counts it until the request is answered.
 * @param limit most bytes of the body
 * @param owner the principal that the budget counts the bytes for
 * @throws GatewayError 413 when it is larger, 503 when the gateway holds too much already, 400 when the client goes
 * away
 */
export function readBody(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  limit: number,
  budget: ByteBudget,
  owner: string,
): Promise<Buffer> {
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
    const refuse = (error: GatewayError): void => {
      request.pause();
      if (!response.headersSent) response.setHeader("connection", "close"); // the rest of the body is not read
      reject(error);
    };
    const crowded = (reason: string): GatewayError => new GatewayError(503, ErrorCode.Busy, reason);
    const opened = (): Account => {
      const made = budget.open(owner, (reason) => {
        if (!request.complete) refuse(crowded(reason));
        else if (response.headersSent) response.destroy();
        else sendError(response, crowded(reason), "null");
      });
      response.once("close", () => void made.hold(0));
      return made;
    };
    let account: Account | undefined;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) refuse(tooLarge());
      else if (size > SMALL) {
        account ??= opened();
        if (!account.hold(size)) return;
        chunks.length = 0;
        account.hold(0);
        refuse(crowded("the gateway holds too many large messages: come again"));
      }
    });
    request.on("end", () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on("close", () => {
      if (request.complete) return; // the usual end; to make an error here for nothing would cost time on every request
      reject(new GatewayError(400, ErrorCode.InvalidRequest, "the request ended before its body"));
    });
  });
}
