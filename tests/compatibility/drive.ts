import { GatewayClient, type Target } from "../support/clients/gateway-client";
import { docker, type Fleet } from "../support/fleet/fleet";
import { cli } from "../support/fleet/stack";
import type { Popular, Step } from "./popular/popular";

/** What came of a server. */
export interface Outcome {
  name: string;
  source: string;
  /** Seconds of `servers add`. */
  addSeconds: number;
  /** How many tools a client sees. */
  tools?: number;
  /** Bytes of its image, layers shared with others included. */
  imageBytes?: number;
  /** Walls that it does not need closed, in words. */
  opened: string[];
  /** What was seen done. */
  done: string[];
  /** Why it does not do its job; undefined when it does. */
  failed?: string;
}

/** Lists a server's tools and does its job, through the gateway as a client would. */
export async function drive(fleet: Fleet, server: Popular, outcome: Outcome): Promise<void> {
  try {
    await calling(fleet, server, async (client) => {
      const { tools } = await client.client.listTools();
      outcome.tools = tools.length;
      if (tools.length === 0) throw new Error("it has no tools");
      for (const step of server.steps) outcome.done.push(await take(client, step));
    });
    if (server.afterRestart) {
      const restarted = await cli(fleet.stack, "servers", "restart", server.name);
      if (restarted.code !== 0) throw new Error(`restart: ${restarted.stderr.trim()}`);
      const steps = server.afterRestart;
      await calling(fleet, server, async (client) => {
        for (const step of steps) outcome.done.push(`${await take(client, step)} after a restart`);
      });
    }
  } catch (error) {
    outcome.failed = firstLine((error as Error).message);
  }
  const size = await docker(fleet, "inspect", `mcp-${server.name}`, "--format", "{{.Image}}")
    .then((image) => docker(fleet, "image", "inspect", image, "--format", "{{.Size}}"))
    .catch(() => undefined);
  if (size) outcome.imageBytes = Number(size);
}

async function calling(fleet: Fleet, { name }: Popular, work: (client: GatewayClient) => Promise<void>): Promise<void> {
  const { endpoints, tokens } = fleet.outputs;
  const target: Target = { url: `${endpoints.api}/servers/${name}/mcp`, token: tokens.mcp ?? "" };
  const client = await GatewayClient.connect("legacy", target);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

/** One call. @returns what it shows @throws Error when it does not */
async function take({ client }: GatewayClient, step: Step): Promise<string> {
  const { tool, args = {}, answers, image } = step;
  const { content: parts, isError } = await client.callTool({ name: tool, arguments: args });
  const content = parts as { type: string; text?: string }[];
  const text = content.map((part) => part.text ?? `<${part.type}>`).join(" ");
  const right = !isError && (answers?.test(text) ?? true) && (!image || content.some(({ type }) => type === "image"));
  if (!right) throw new Error(`${tool}: got ${firstLine(text)}, expected ${image ? "an image" : answers}`);
  return `\`${tool}\``;
}

function firstLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
