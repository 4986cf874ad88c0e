import { connect, type Socket } from "node:net";

/**
 * Every read of every connection goes here, as JavaScript handles one at a time. So a read allocates nothing: memory
 * outside of V8's heap counts for its garbage collector, which then runs more often. A Unix socket holds less than this.
 */
const READ = Buffer.allocUnsafeSlow(256 * 1024);

/** A connection to mcp-init, paused until `socket.resume()`. */
export interface InitSocket {
  readonly socket: Socket;
  /** Takes the bytes that were read. They are valid during the call only. */
  onRead: (bytes: Buffer) => void;
}

/** Connects to mcp-init. @throws Error when there is no socket or nobody listens */
export function connectInit(path: string): Promise<InitSocket> {
  return new Promise((resolve, reject) => {
    const callback = (length: number): boolean => {
      connection.onRead(READ.subarray(0, length));
      return true;
    };
    const socket = connect({ path, onread: { buffer: READ, callback } });
    const connection: InitSocket = { socket, onRead: () => {} };
    socket.pause();
    socket.on("error", reject); // for good: later errors are told by "close", and one may come before the first reader
    socket.once("connect", () => resolve(connection));
  });
}
