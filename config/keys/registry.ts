import { key } from "../key";
import { isBaseUrl, text } from "../parts";

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
    },
  ),
};
