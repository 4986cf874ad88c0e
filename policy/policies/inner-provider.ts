import { Label } from "../../manifest/container/labels";
import { containerOf, labelsOf } from "../container";
import { resourcePolicy } from "../define";
import { isOnHost, usesDefaultProvider } from "../resource";

interface Config {
  innerComponents: string[];
}

export const innerProvider = resourcePolicy<Config>({
  id: "inner-provider",
  title: "Every Docker resource names its provider, and nothing of the inner engine is on the host's.",
  severity: "critical",
  reason:
    "A server that lands on the host's engine has none of the walls around the inner one, and nobody sees the difference.",
  fix: "pass the engine's provider to the component: { providers: { docker: engine.provider() } }",
  references: ["CIS Docker 5.32", "MCP: local server compromise"],
  settings: {
    innerComponents: {
      schema: {
        type: "array",
        description: "Types of the components whose Docker resources belong inside an engine.",
        items: { type: "string", minLength: 1 },
      },
      default: ["dind-mcp:index:Fleet", "dind-mcp:index:McpServer", "dind-mcp:index:Orchestrator"],
    },
  },
  check: (resource, { innerComponents }) => {
    if (!resource.type.startsWith("docker:")) return [];
    if (usesDefaultProvider(resource)) return ["has no provider of its own: it goes wherever DOCKER_HOST points"];
    if (!isOnHost(resource)) return [];
    const component = resource.parents.find((parent) => innerComponents.includes(parent));
    if (component) return [`is part of ${component}, and is on the host's engine`];
    const server = labelsOf(containerOf(resource)?.inputs ?? {})[Label.Server];
    return server === undefined ? [] : [`is the MCP server ${server} by its label, and is on the host's engine`];
  },
});
