import { request } from "node:http";
import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import { oneLine } from "../../../lib/plain-text";
import type { RemoteAddress } from "../../servers/server-info";
import { interimConnector, lenient } from "./interim-answers";
import { WayError } from "./way-error";

/** Milliseconds for the way through the proxy; it gives up on the other side after ten seconds by itself. */
const TUNNEL_MS = 15_000;
/** Bytes of the proxy's own words that are read, and characters that are shown. */
const MOST = 4 * 1024;
const SHOWN = 200;

/** The certificates and the key of a connection, as PEM. */
export interface TlsTexts {
  ca?: string;
  cert?: string;
  key?: string;
}

/**
 * Connects through the egress proxy, which judges the host, the port and the address: so its walls hold for remote
 * servers too. TLS is between this process and the server; the proxy passes it on.
 */
export function tunnelConnector(proxy: RemoteAddress["proxy"], tls: TlsTexts): buildConnector.connector {
  const secure = interimConnector({ ...tls, timeout: TUNNEL_MS });
  return (to, done) => {
    const isSecure = to.protocol === "https:";
    const place = `${to.hostname}:${to.port || (isSecure ? 443 : 80)}`;
    tunnel(proxy, place)
      .then((socket) => {
        if (isSecure) secure({ ...to, httpSocket: socket }, done);
        else done(null, lenient(socket));
      })
      .catch((error: Error) => done(error, null));
  };
}

function tunnel({ host, port }: RemoteAddress["proxy"], place: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (words: string): void => reject(new WayError(words));
    const asked = request({ host, port, method: "CONNECT", path: place, headers: { host: place }, agent: false });
    asked.setTimeout(TUNNEL_MS, () => asked.destroy(new Error("no answer in time")));
    asked.on("error", ({ message, code }: NodeJS.ErrnoException) =>
      fail(`the egress proxy does not answer (${code ?? message})`),
    );
    asked.on("connect", ({ statusCode }, socket: Socket, head: Buffer) => {
      socket.setTimeout(0);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket.setNoDelay(true));
      }
      const said = (body: Buffer): void =>
        fail(`no way to ${place}: ${oneLine(body.toString(), SHOWN) || `the egress proxy answered ${statusCode}`}`);
      rest(socket, head).then(said).catch(reject);
    });
    asked.end();
  });
}

/** What comes until the other side closes, as far as it is shown. Never rejects. */
async function rest(socket: Socket, head: Buffer): Promise<Buffer> {
  const chunks = [head];
  socket.setTimeout(1_000, () => socket.destroy());
  try {
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer);
      if (chunks.reduce((sum, { length }) => sum + length, 0) > MOST) break;
    }
  } catch {
    // what came is enough
  } finally {
    socket.destroy();
  }
  return Buffer.concat(chunks);
}
