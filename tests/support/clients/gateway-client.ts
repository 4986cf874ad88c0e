import { setTimeout as pause } from "node:timers/promises";
import {
  Client,
  type FetchLike,
  LOG_LEVEL_META_KEY,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";

export type Era = "legacy" | "modern";

/** Where a client connects to. */
export interface Target {
  url: string;
  token: string;
}

/** A real client of one era, and what its server asked of it and told it. */
export class GatewayClient {
  /** Methods of the server's requests. */
  readonly asked: string[] = [];
  /** Methods of its notifications, with the resource's URI where there is one. */
  readonly told: string[] = [];
  /** Messages that were logged. */
  readonly logged: unknown[] = [];
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;

  private constructor(
    readonly era: Era,
    { url, token }: Target,
    fetch?: FetchLike,
  ) {
    this.client = new Client(
      { name: `gateway-test-${era}`, version: "1.0.0" },
      {
        capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
        versionNegotiation: { mode: era === "legacy" ? "legacy" : { pin: "2026-07-28" } },
      },
    );
    this.transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
      fetch,
    });
    this.#answerQuestions();
    this.#listen();
  }

  static async connect(era: Era, target: Target, fetch?: FetchLike): Promise<GatewayClient> {
    const connected = new GatewayClient(era, target, fetch);
    await connected.client.connect(connected.transport);
    return connected;
  }

  /** The text that a tool answers with. @throws Error when the tool failed */
  async text(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const result = await this.client.callTool({ name, arguments: args });
    const texts = result.content.map((part) => (part.type === "text" ? part.text : `<${part.type}>`));
    if (result.isError) throw new Error(texts.join(" "));
    return texts.join(" ");
  }

  /** Asks for log messages of a call: for all calls of a session in the legacy era, with the call in the modern one. */
  async logging(name: string): Promise<void> {
    if (this.era === "legacy") await this.client.setLoggingLevel("info");
    const meta = this.era === "modern" ? { _meta: { [LOG_LEVEL_META_KEY]: "info" as const } } : {};
    await this.client.callTool({ name, arguments: {}, ...meta });
  }

  /** From now on it is told when that changes. Returns what ends it. */
  async watch(what: { tools?: boolean; prompts?: boolean; resource?: string }): Promise<() => Promise<unknown>> {
    if (this.era === "modern") {
      const subscription = await this.client.listen({
        toolsListChanged: what.tools,
        promptsListChanged: what.prompts,
        resourceSubscriptions: what.resource ? [what.resource] : undefined,
      });
      return () => subscription.close();
    }
    const uri = what.resource;
    if (!uri) {
      // Lists are told of in every session, on a stream of its own that the client opens without waiting for it.
      await pause(300);
      return async () => {};
    }
    await this.client.subscribeResource({ uri });
    return () => this.client.unsubscribeResource({ uri });
  }

  /** Waits until it was told. */
  async hears(notification: string, ms = 5_000): Promise<void> {
    for (const end = Date.now() + ms; !this.told.includes(notification); await pause(20)) {
      if (Date.now() > end) throw new Error(`not told within ${ms} ms: ${notification}; heard ${this.told.join(", ")}`);
    }
  }

  /** Ends the session, where there is one, and the connection. */
  async close(): Promise<void> {
    if (this.era === "legacy") await this.transport.terminateSession().catch(() => {}); // it may have ended by itself
    await this.client.close();
  }

  #answerQuestions(): void {
    this.client.setRequestHandler("sampling/createMessage", () => {
      this.asked.push("sampling/createMessage");
      return { role: "assistant", model: "a-test", content: { type: "text", text: "sampled" } };
    });
    this.client.setRequestHandler("elicitation/create", () => {
      this.asked.push("elicitation/create");
      return {
        action: "accept",
        content: { username: "ada", email: "ada@example.com", name: "Ada", color: "red", ok: true },
      };
    });
    this.client.setRequestHandler("roots/list", () => {
      this.asked.push("roots/list");
      return { roots: [{ uri: "file:///a" }, { uri: "file:///b" }] };
    });
  }

  #listen(): void {
    for (const method of ["notifications/tools/list_changed", "notifications/prompts/list_changed"] as const) {
      this.client.setNotificationHandler(method, () => void this.told.push(method));
    }
    this.client.setNotificationHandler("notifications/resources/updated", ({ method, params }) => {
      this.told.push(`${method} ${params.uri}`);
    });
    this.client.setNotificationHandler("notifications/message", ({ params }) => void this.logged.push(params.data));
  }
}

/** A fetch that loses its connection once, by way of another: in the first answer to a tool's call, after its first notification. */
export function losingConnection(through: FetchLike = fetch): { fetch: FetchLike; lost: () => boolean } {
  let lost = false;
  const losing: FetchLike = async (url, init) => {
    const response = await through(url, init);
    const body = typeof init?.body === "string" ? init.body : "";
    if (lost || !body.includes('"tools/call"') || !response.body) return response;
    const reader = response.body.getReader();
    const cut = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await reader.read();
        if (value) controller.enqueue(value);
        if (value && Buffer.from(value).includes("notifications/progress")) {
          lost = true;
          await reader.cancel();
          controller.error(new Error("the connection is lost"));
        } else if (done) controller.close();
      },
    });
    return new Response(cut, { status: response.status, headers: response.headers });
  };
  return { fetch: losing, lost: () => lost };
}
