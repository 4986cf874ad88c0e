import { key } from "../key";
import { flag, isBaseUrl, text } from "../parts";

/** Where servers are looked for. */
export const registryKeys = {
  serverRegistry: key(
    text
      .refine(isBaseUrl, "a URL like https://registry.example.com, without a / at its end")
      .default("https://registry.modelcontextprotocol.io"),
    {
      kind: "URL",
      meaning: "The MCP registry to look for servers in.",
      see: "[Searching](cli.md#searching-a-registry)",
      example: "https://registry.example.com",
      orchestrator: "registry.url",
    },
  ),
  registrySearch: key(flag.default(false), {
    meaning: "The page and the REST API may ask that registry.",
    more: "The orchestrator gets a way out for it: to public addresses, and to private ones at the registry's port.",
    see: "[Looking for servers](api.md#looking-for-servers)",
    example: true,
    orchestrator: "registry.search",
  }),
};
