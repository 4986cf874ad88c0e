import { SAID } from "../world/services";
import type { Popular } from "./popular";

const SAYS = new RegExp(SAID);
const PAGE = "http://example.com/page";

/** Servers that read the web. */
export const WEB: Popular[] = [
  {
    source: "pypi:mcp-server-fetch",
    name: "fetch",
    sample: true,
    steps: [{ tool: "fetch", args: { url: PAGE }, answers: SAYS }],
  },
  {
    source: "npm:@playwright/mcp",
    name: "playwright",
    steps: [
      { tool: "browser_navigate", args: { url: PAGE }, answers: /A page|example\.com/ },
      { tool: "browser_snapshot", answers: SAYS },
      { tool: "browser_take_screenshot", image: true },
    ],
  },
  {
    source: "npm:@modelcontextprotocol/server-puppeteer",
    name: "puppeteer",
    steps: [
      { tool: "puppeteer_navigate", args: { url: PAGE }, answers: /example\.com/ },
      { tool: "puppeteer_screenshot", args: { name: "page" }, image: true },
    ],
  },
  {
    source: "npm:chrome-devtools-mcp",
    name: "chrome-devtools",
    steps: [
      { tool: "new_page", args: { url: PAGE }, answers: /example\.com/ },
      { tool: "take_snapshot", args: { pageId: 2 }, answers: SAYS },
      { tool: "take_screenshot", args: { pageId: 2 }, image: true },
    ],
  },
  {
    source: "pypi:duckduckgo-mcp-server",
    name: "duckduckgo",
    steps: [{ tool: "search", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "pypi:wikipedia-mcp",
    name: "wikipedia",
    steps: [{ tool: "search_wikipedia", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "pypi:arxiv-mcp-server",
    name: "arxiv",
    steps: [
      { tool: "list_papers", answers: /total_papers|papers/ },
      { tool: "search_papers", args: { query: "kettle" }, answers: SAYS },
    ],
  },
  {
    source: "pypi:awslabs.aws-documentation-mcp-server",
    name: "aws-documentation",
    steps: [{ tool: "search_documentation", args: { search_phrase: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:@upstash/context7-mcp",
    name: "context7",
    steps: [
      {
        tool: "resolve-library-id",
        args: { libraryName: "react", query: "hooks" },
        answers: SAYS,
      },
    ],
  },
];
