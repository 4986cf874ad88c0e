import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { EGRESS_PROXY } from "../../../manifest/container/names";
import { serverSubnet } from "../../../manifest/container/subnets";
import { ServerError } from "../server-error";
import type { ServerInfo } from "../server-info";
import { type EgressPlace, egressRequests } from "./egress-requests";
import { logLines } from "./logs";

/** Lines of the proxy's log that are looked at, of all servers together: about 2 MB. */
const LINES = 20_000;

/** What a server asked the egress proxy for. */
export interface EgressReport {
  /** RFC 3339: since when it is known. Absent without a proxy, or when nobody has asked it for anything. */
  since?: string;
  items: EgressPlace[];
}

/** Reads the egress proxy's access log. */
export class EgressLog {
  constructor(
    private readonly client: EngineClient,
    /** The proxy's container. @default the one of all servers */
    private readonly proxy = EGRESS_PROXY,
  ) {}

  /** @throws ServerError when the daemon does not answer */
  async of({ manifest }: Pick<ServerInfo, "manifest">): Promise<EgressReport> {
    const lines: string[] = [];
    let since: string | undefined;
    try {
      for await (const { time, line } of logLines([await this.#read()])) {
        since ??= time;
        lines.push(line);
      }
    } catch (error) {
      throw new ServerError(502, `the engine does not answer: ${reasonOf(error)}`);
    }
    return { since, items: egressRequests(lines, serverSubnet(manifest.user).subnet) };
  }

  /** Docker's log of the proxy's standard output; nothing when there is no proxy. */
  async #read(): Promise<Buffer> {
    const container = this.client.streams.getContainer(this.proxy);
    try {
      return await container.logs({ stdout: true, stderr: false, timestamps: true, tail: LINES, follow: false });
    } catch (error) {
      if (statusOf(error) === 404) return Buffer.alloc(0);
      throw error;
    }
  }
}
