import { resolve } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { FleetClient } from "./fleet-client";
import { fleetOutputs } from "./fleet-outputs";
import { McpJson } from "./mcp-json";

/** The program: another stack's outputs, checked -> a client on the host engine and a written mcp.json -> what it found. */
export = async () => {
  const config = new pulumi.Config();
  const fleet = await fleetOutputs(config.require("stack"));
  const host = new docker.Provider("host", { host: config.require("hostEngine") });

  const client = new FleetClient(
    "client",
    {
      prefix: `${pulumi.getProject()}-${pulumi.getStack()}`,
      network: fleet.network.name,
      url: fleet.network.mcp,
      servers: fleet.servers.apply((servers) => Object.keys(servers).sort()),
      token: fleet.token(config.require("token")),
      tool: config.require("tool"),
      arguments: config.getObject<Record<string, unknown>>("arguments") ?? {},
      engineId: fleet.engine.containerId,
    },
    { providers: { docker: host } },
  );
  const file = new McpJson("mcp-json", { path: resolve(config.require("mcpJson")), content: fleet.clientConfig });

  return {
    /** Names of the tools that the token may use. */
    tools: client.found.tools,
    /** What the tool answered. */
    answer: client.found.answer,
    /** The file for clients on this machine. */
    mcpJson: file.path,
  };
};
