import { createServer, request as httpRequest, type Server } from "node:http";

/** A server on loopback that passes everything on to another, with one header more. */
export interface Forwarder {
  url: string;
  close(): Promise<void>;
}

/**
 * The suite cannot send a token; this does it for the suite. All other headers stay as they came, Host and Origin above
 * all: forged ones have to reach the server under test.
 */
export async function forwardWithToken(target: string, token: string): Promise<Forwarder> {
  const { hostname, port, pathname } = new URL(target);
  const server = createServer((incoming, answer) => {
    const headers = [...incoming.rawHeaders, "Authorization", `Bearer ${token}`];
    const onward = httpRequest({ hostname, port, path: incoming.url, method: incoming.method, headers, agent: false });
    onward.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.statusMessage, response.rawHeaders);
      answer.flushHeaders(); // a stream may stay silent for long
      response.pipe(answer);
      response.on("error", () => answer.destroy());
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy()); // a client that leaves is told to the server
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${portOf(server)}${pathname}`, close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("not listening");
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
