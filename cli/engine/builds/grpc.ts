import { connect } from "node:http2";
import { request } from "node:https";
import type { Duplex } from "node:stream";
import type { Outputs } from "../../../stack/outputs";

/** Milliseconds that a question may take. */
const PATIENCE_MS = 5_000;
const HEADER_BYTES = 5;

/** Where the engine is, and how it is entered. */
export type EngineAccess = Pick<Outputs, "endpoints" | "tls">;

/**
 * Asks BuildKit in the engine inside something: dockerd passes gRPC on from `/grpc`.
 * @param method of BuildKit's Control service
 * @param message protobuf
 * @returns the messages of the answer
 * @throws Error when the engine does not answer within five seconds, or BuildKit refuses
 */
export async function askBuildKit(access: EngineAccess, method: string, message: Buffer): Promise<Buffer[]> {
  const socket = await upgraded(access);
  const session = connect("http://buildkit", { createConnection: () => socket });
  try {
    return await new Promise<Buffer[]>((resolve, reject) => {
      session.on("error", reject).setTimeout(PATIENCE_MS, () => reject(new Error("BuildKit does not answer")));
      const stream = session.request({
        ":method": "POST",
        ":path": `/moby.buildkit.v1.Control/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const chunks: Buffer[] = [];
      stream
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("response", (headers) => refusal(headers["grpc-status"], headers["grpc-message"], reject))
        .on("trailers", (headers) => refusal(headers["grpc-status"], headers["grpc-message"], reject))
        .on("error", reject)
        .on("end", () => resolve(messages(Buffer.concat(chunks))))
        .end(framed(message));
    });
  } finally {
    session.destroy();
  }
}

/** A connection to dockerd that speaks HTTP/2 from here on. */
function upgraded({ endpoints, tls }: EngineAccess): Promise<Duplex> {
  const { hostname: host, port } = new URL(endpoints.dockerTls);
  return new Promise((resolve, reject) => {
    request({
      ...{ host, port, path: "/grpc", method: "POST", agent: false, timeout: PATIENCE_MS },
      ...{ ca: tls.ca, cert: tls.clientCert, key: tls.clientKey },
      headers: { Connection: "Upgrade", Upgrade: "h2c" },
    })
      .on("upgrade", (_answer, socket: Duplex, head: Buffer) => {
        if (head.length > 0) socket.unshift(head); // its first words come along with the answer
        resolve(socket);
      })
      .on("response", ({ statusCode }) => reject(new Error(`the engine answers ${statusCode} to /grpc`)))
      .on("timeout", () => reject(new Error("the engine does not answer")))
      .on("error", reject)
      .end();
  });
}

function refusal(status: unknown, message: unknown, reject: (error: Error) => void): void {
  if (status !== undefined && status !== "0") reject(new Error(`BuildKit: ${message ?? `status ${status}`}`));
}

function framed(message: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Cuts gRPC's frames: 1 byte that says whether it is compressed, which nothing is here, and 4 for the length. */
function messages(all: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let rest = all; rest.length >= HEADER_BYTES; ) {
    const end = HEADER_BYTES + rest.readUInt32BE(1);
    found.push(rest.subarray(HEADER_BYTES, end));
    rest = rest.subarray(end);
  }
  return found;
}
