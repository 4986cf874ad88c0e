import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import proxyAddr from "@fastify/proxy-addr";

/** Tells a request's client by its address, also behind proxies. */
export class ClientAddresses {
  readonly #trust: ((address: string, hop: number) => boolean) | undefined;

  /** @param trusted addresses and subnets of proxies whose X-Forwarded-For is believed */
  constructor(trusted: readonly string[]) {
    this.#trust = trusted.length === 0 ? undefined : proxyAddr.compile([...trusted]);
  }

  /**
   * Returns the address of the client: the connection's other end, or what the last trusted proxy says of its own. Whatever
   * a client wrote into the header itself stands further left, where nobody looks.
   */
  of(request: IncomingMessage): string {
    const peer = plain(request.socket.remoteAddress ?? "unknown");
    if (!this.#trust) return peer;
    const told = plain(proxyAddr(request, this.#trust));
    return isIP(told) ? told : peer;
  }
}

/** An IPv4 address without the form that a socket of both families gives it. */
function plain(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}
