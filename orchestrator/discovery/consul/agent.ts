import { Agent } from "undici";
import { z } from "zod";
import type { ConsulSecrets } from "../../../config/orchestrator-config";
import { oneLine } from "../../../lib/plain-text";
import { type CheckState, registration, type Service } from "./service";

/** Milliseconds for one answer of the agent. */
const PATIENCE_MS = 5_000;
/** Most bytes of an answer: an agent has the services of one machine. */
const ANSWER_BYTES = 8 * 2 ** 20;

const serviceSchema = z.object({
  ID: z.string(),
  Service: z.string(),
  Address: z.string().catch(""),
  Port: z.number().catch(0),
  Tags: z.array(z.string()).nullish(),
  Meta: z.record(z.string(), z.string()).nullish(),
});
const checkSchema = z.object({ CheckID: z.string(), ServiceID: z.string(), Status: z.string() });
const selfSchema = z.object({ Config: z.object({ Datacenter: z.string() }) });

/** A service as an agent has it. */
export type FoundService = z.infer<typeof serviceSchema>;
/** A check as an agent has it. */
export type FoundCheck = z.infer<typeof checkSchema>;

/** What went wrong with one request. */
export class ConsulError extends Error {
  /** @param status of the agent's answer; undefined when there was none */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** How the agent is reached: without a token as anonymous, without an authority by the public ones. */
export interface ConsulAccess extends ConsulSecrets {
  /** http(s)://HOST:PORT, perhaps with a path. */
  address: string;
}

/** The HTTP API of one Consul agent, as far as registering needs it. Every method throws ConsulError. */
export class ConsulAgent {
  readonly #agent: Agent;

  constructor(private readonly access: ConsulAccess) {
    const timeouts = { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS };
    const { ca, certificate: cert, key, serverName: servername } = access.tls ?? {};
    this.#agent = new Agent({ ...timeouts, connect: { timeout: PATIENCE_MS, ca, cert, key, servername } });
  }

  /** All services that the agent has and the token may read. */
  async services(): Promise<FoundService[]> {
    return Object.values(await this.#read("/v1/agent/services", z.record(z.string(), serviceSchema)));
  }

  /** All checks that the agent has and the token may read. */
  async checks(): Promise<FoundCheck[]> {
    return Object.values(await this.#read("/v1/agent/checks", z.record(z.string(), checkSchema)));
  }

  /** The agent's datacenter; the token needs `agent:read`. */
  async datacenter(): Promise<string> {
    return (await this.#read("/v1/agent/self", selfSchema)).Config.Datacenter;
  }

  /** Registers a service, or registers it anew, with all of its checks. */
  async register(service: Service): Promise<void> {
    await this.#ask("PUT", "/v1/agent/service/register?replace-existing-checks=true", registration(service));
  }

  /** Removes a service. One that is not there is no error. */
  async deregister(id: string): Promise<void> {
    await this.#ask("PUT", `/v1/agent/service/deregister/${encodeURIComponent(id)}`).catch((error) => {
      if (!(error instanceof ConsulError) || error.status !== 404) throw error;
    });
  }

  /** Tells the state of a check, which also counts as its sign of life. */
  async tell(check: string, { status, output }: CheckState): Promise<void> {
    const body = { Status: status, Output: output };
    await this.#ask("PUT", `/v1/agent/check/update/${encodeURIComponent(check)}`, body);
  }

  /** Ends all connections. */
  close(): void {
    this.#agent.destroy().catch(() => {}); // it is of no use any more either way
  }

  async #read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const text = await this.#ask("GET", path);
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw this.#error(`GET ${path}: got something else than Consul's answer, expected a Consul agent there`);
    }
  }

  async #ask(method: "GET" | "PUT", path: string, body?: unknown): Promise<string> {
    const { address, token } = this.access;
    const { origin, pathname } = new URL(address);
    try {
      const { statusCode, body: answer } = await this.#agent.request({
        ...{ origin, path: pathname.replace(/\/$/, "") + path, method },
        headers: token ? { "x-consul-token": token } : {},
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await textOf(answer);
      if (statusCode === 200) return text;
      const said = oneLine(text, 200) || "nothing";
      throw this.#error(`${method} ${path.replace(/\?.*/, "")}: got ${statusCode}, ${said}`, statusCode);
    } catch (error) {
      if (error instanceof ConsulError) throw error;
      throw this.#error(`no answer: ${wordsOf(error as Error)}`);
    }
  }

  /** An answer may repeat what it was asked with: never the token. */
  #error(message: string, status?: number): ConsulError {
    const { address, token } = this.access;
    return new ConsulError(`${address}: ${token ? message.replaceAll(token, "…") : message}`, status);
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) throw new Error(`an answer of more than ${ANSWER_BYTES / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function wordsOf({ name, message, cause }: Error): string {
  if (name === "TimeoutError" || name === "AbortError") return `nothing within ${PATIENCE_MS / 1_000} s`;
  return oneLine([message, cause instanceof Error ? cause.message : ""].filter(Boolean).join(", "), 200);
}
