import { key } from "../key";
import { flag, isBaseUrl, text } from "../parts";

/** A URL, or nothing. */
const place = (like: string) =>
  text.refine((url) => url === "" || isBaseUrl(url), `a URL like ${like}, without a / at its end`).default("");

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
  npmRegistry: key(place("https://npm.example.com"), {
    kind: "URL",
    meaning: "An npm registry that the page and the REST API may search (`/-/v1/search`).",
    more: "The orchestrator gets a way out for it, as with `registrySearch`.",
    see: "[Looking for servers](api.md#looking-for-servers)",
    byDefault: "npm is not asked",
    example: "https://npm.example.com",
    orchestrator: "registry.npm",
  }),
  pypiIndex: key(place("https://pypi.example.com"), {
    kind: "URL",
    meaning: "A Python index that the page and the REST API may ask (`/pypi/NAME/json`).",
    more: "The orchestrator gets a way out for it, as with `registrySearch`.",
    see: "[Looking for servers](api.md#looking-for-servers)",
    byDefault: "PyPI is not asked",
    example: "https://pypi.example.com",
    orchestrator: "registry.pypi",
  }),
};
