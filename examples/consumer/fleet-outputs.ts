import * as pulumi from "@pulumi/pulumi";
import type { Outputs } from "../../stack/outputs"; // types alone: nothing of the other project runs here

/** The version of the outputs that this program was written for (docs/outputs.md). */
const VERSION: Outputs["version"] = 2;

/** What this program uses of another stack. */
export interface FleetOutputs {
  engine: pulumi.Output<Outputs["engine"]>;
  network: pulumi.Output<Outputs["network"]>;
  servers: pulumi.Output<Outputs["servers"]>;
  /** Secret. */
  clientConfig: pulumi.Output<Outputs["clientConfig"]>;
  /** Secret: one of the tokens. An error, naming those there are, when the stack has no such token. */
  token(name: string): pulumi.Output<string>;
}

/**
 * The outputs of a dind-mcp stack.
 * @param stack ORGANIZATION/PROJECT/STACK, in the same backend
 * @throws RunError when their version is another one than this program knows, before anything is made
 */
export async function fleetOutputs(stack: string): Promise<FleetOutputs> {
  const reference = new pulumi.StackReference("fleet", { name: stack });
  checkVersion(stack, (await reference.getOutputDetails("version")).value);
  const output = <Key extends keyof Outputs>(key: Key) => reference.requireOutput(key) as pulumi.Output<Outputs[Key]>;
  return {
    engine: output("engine"),
    network: output("network"),
    servers: output("servers"),
    clientConfig: output("clientConfig"),
    token: (name) =>
      output("tokens").apply((tokens) => {
        const token = tokens[name];
        if (token) return token;
        const names = Object.keys(tokens).join(", ") || "none";
        throw new pulumi.RunError(`token: got "${name}", expected one of the tokens of ${stack}: ${names}`);
      }),
  };
}

/** @throws RunError unless the version is the one this program knows */
export function checkVersion(stack: string, version: unknown): void {
  if (version === VERSION) return;
  const fix = "Bring that stack up with a dind-mcp of this version, or this program to that version (docs/outputs.md).";
  const got = version === undefined ? "none (is the stack up, and is it a dind-mcp stack?)" : JSON.stringify(version);
  throw new pulumi.RunError(`outputs version of ${stack}: got ${got}, expected ${VERSION}. ${fix}`);
}
