import { Agent, type Dispatcher } from "undici";
import { headerValue, tlsSecrets } from "../../../manifest/remote";
import { RemoteProtocol } from "../../../manifest/remote-types";
import type { Manifest } from "../../../manifest/types";
import type { RemoteAddress, ServerAddress } from "../../servers/server-info";
import { carried, checkTls } from "./checked-secrets";
import type { Credentials } from "./credentials";
import { interimConnector } from "./interim-answers";
import { secretOf } from "./secret-files";
import { type TlsTexts, tunnelConnector } from "./tunnel";

/** How an HTTP server is reached. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** Headers of its own for each request to this URL. */
  headers(url: URL): Record<string, string>;
  /** The tokens that requests carry; they are among `headers`. @default none */
  readonly credentials?: Credentials;
  /** Redirects within the same origin that are followed, at most. */
  readonly redirects: number;
}

/** True for HTTP+SSE, the transport of 2024-11-05. */
export function isSse(address: ServerAddress): boolean {
  return address.type === "sse" || (address.type === "remote" && address.protocol === RemoteProtocol.Sse);
}

/** No time-outs: each call has its own, and streams may be silent for hours. */
const PATIENT: Agent.Options = { headersTimeout: 0, bodyTimeout: 0 };

/**
 * To the servers in this engine: one agent for all, with a pool of kept connections for each. The header Host is
 * 127.0.0.1, as in the servers' health checks. Many refuse other names, against DNS rebinding by pages in a browser. Here
 * that is no risk, as only the gateway can reach a server's port.
 */
export const INSIDE: Way = {
  dispatcher: new Agent({ ...PATIENT, connect: interimConnector({ timeout: 0 }) }),
  headers: ({ port }) => ({ host: `127.0.0.1${port === "" ? "" : `:${port}`}` }),
  redirects: 0,
};

/** The same way, on which each request carries a token. */
export function signedWay(way: RemoteWay, credentials: Credentials): Way {
  return {
    ...{ credentials, redirects: way.redirects },
    get dispatcher() {
      return way.dispatcher;
    },
    headers: () => ({ ...way.headers(), authorization: credentials.header() }),
  };
}

/** Milliseconds after which secrets are read again: the stack may have given new ones. */
const FRESH_MS = 1_000;

/** The way to one remote server: through the egress proxy, with its headers and certificates out of secrets. */
export class RemoteWay implements Way {
  readonly redirects = 5;
  #agent: Agent | undefined;
  #tls = "";
  readonly #secrets = new Map<string, string | undefined>();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly address: RemoteAddress,
    private readonly manifest: Pick<Manifest, "headers" | "tls" | "version">,
  ) {}

  /** Made anew when a certificate or a key has changed; calls on the old one go on to their end. */
  get dispatcher(): Agent {
    const names = tlsSecrets(this.manifest.tls ?? {});
    const { ca, cert, key } = names;
    const texts: TlsTexts = { ca: this.#secret(ca), cert: this.#secret(cert), key: this.#secret(key) };
    const tls = JSON.stringify(texts);
    if (this.#agent && tls === this.#tls) return this.#agent;
    this.close();
    checkTls(texts, names);
    this.#tls = tls;
    this.#agent = new Agent({ ...PATIENT, connect: tunnelConnector(this.address.proxy, texts) });
    return this.#agent;
  }

  headers(): Record<string, string> {
    const own = Object.entries(this.manifest.headers ?? {}).flatMap(([name, header]) => {
      const value = headerValue(header, (secret) => this.#secret(secret));
      return value === undefined ? [] : [[name.toLowerCase(), carried(name, header.secret, value)] as const];
    });
    return { "user-agent": "dind-mcp", ...Object.fromEntries(own) };
  }

  /** Ends the connections once what is under way has ended. */
  close(): void {
    void this.#agent?.close().catch(() => {});
    this.#agent = undefined;
  }

  /** A secret's value, without ends of line behind it; undefined when it has none. */
  #secret(name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const now = performance.now();
    if (now - this.#readAt > FRESH_MS) {
      this.#secrets.clear();
      this.#readAt = now;
    }
    if (!this.#secrets.has(name)) this.#secrets.set(name, secretOf(this.address, name));
    return this.#secrets.get(name);
  }
}
