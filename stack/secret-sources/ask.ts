import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { parseJson } from "../../lib/json";

/** Milliseconds that a source may take to answer. */
const PATIENCE_MS = 15_000;
/** Bytes of an answer: secrets are small. */
const MOST = 1024 * 1024;

export interface Asked {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: unknown;
  /** PEM certificates of the authorities to trust. @default the public ones */
  ca?: string;
}

/**
 * Asks a source of secrets over HTTP. Follows no redirect: it would take the token along.
 * @throws Error with a reason that holds nothing of the answer, as that is secret
 */
export async function ask(url: string, { method = "GET", headers = {}, body, ca }: Asked): Promise<unknown> {
  const send = url.startsWith("https:") ? tlsRequest : plainRequest;
  const json = body === undefined ? undefined : JSON.stringify(body);
  const type = json === undefined ? {} : { "content-type": "application/json" };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { method, headers: { ...headers, ...type }, ca, signal, agent: false }, resolve);
    request.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          signal.aborted ? `no answer in ${PATIENCE_MS / 1_000} s` : `no answer (${error.code ?? error.message})`,
        ),
      ),
    );
    request.end(json);
  });
  const status = response.statusCode ?? 0;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part);
    size += part.length;
    if (size > MOST) throw new Error(`an answer of more than ${MOST} bytes`); // which ends the loop and the connection
  }
  if (status !== 200) throw new Error(`HTTP ${status}`);
  return parseJson(Buffer.concat(parts).toString());
}
