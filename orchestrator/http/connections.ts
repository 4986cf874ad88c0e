import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Connections above the limit at which the kernel's queue takes over: those that end are still counted for a moment. */
const MARGIN = 256;

/** What a connection was last used for. It costs a call no closure and no place in a table. */
interface Use {
  request?: IncomingMessage;
  response?: ServerResponse;
  /** Counts up over all connections: when it last changed. */
  since: number;
}

/**
 * Limits a server's connections. A new one above the limit takes the place of the one that has been waiting longest for a
 * request to arrive as a whole: so clients that send slowly, or nothing, keep nobody out. With a request in work on all of
 * them, the new connection ends.
 * @returns what the server's handler calls with each request
 */
export function limitConnections(
  server: Server,
  most: number,
): (request: IncomingMessage, response: ServerResponse) => void {
  const open = new Map<Socket, Use>();
  let changes = 0;
  server.maxConnections = most + MARGIN;
  server.on("connection", (socket: Socket) => {
    open.set(socket, { request: undefined, response: undefined, since: changes++ });
    socket.once("close", () => open.delete(socket));
    if (open.size > most) end(open, longestWaiting(open, socket) ?? socket);
  });
  return (request, response) => {
    const use = open.get(request.socket);
    if (!use) return; // it has ended
    use.request = request;
    use.response = response;
    use.since = changes++;
  };
}

function longestWaiting(open: ReadonlyMap<Socket, Use>, newest: Socket): Socket | undefined {
  let longest: Socket | undefined;
  let since = Number.POSITIVE_INFINITY;
  for (const [socket, use] of open) {
    const isWaiting = !use.request?.complete || use.response?.writableFinished === true;
    if (!isWaiting || socket === newest || use.since >= since) continue;
    longest = socket;
    since = use.since;
  }
  return longest;
}

function end(open: Map<Socket, Use>, socket: Socket): void {
  open.delete(socket); // its place is free at once
  socket.destroy();
}
