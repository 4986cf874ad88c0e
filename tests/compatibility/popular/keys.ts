import { KEY, SAID, SUPABASE_KEY } from "../world/services";
import type { Popular } from "./popular";

const SAYS = new RegExp(SAID);

/** Servers for a service that asks for a key. */
export const KEYED: Popular[] = [
  {
    source: "npm:@modelcontextprotocol/server-github",
    name: "github",
    sample: true,
    secrets: { token: KEY },
    steps: [{ tool: "search_repositories", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:@modelcontextprotocol/server-gitlab",
    name: "gitlab",
    secrets: { token: KEY },
    steps: [{ tool: "search_repositories", args: { search: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:@modelcontextprotocol/server-slack",
    name: "slack",
    options: ["--env", "SLACK_TEAM_ID=T01234567"],
    secrets: { token: `xoxb-${KEY}` },
    steps: [{ tool: "slack_list_channels", answers: SAYS }],
  },
  {
    source: "npm:@notionhq/notion-mcp-server",
    name: "notion",
    secrets: { token: KEY },
    steps: [{ tool: "API-get-self", answers: SAYS }],
  },
  {
    source: "npm:@brave/brave-search-mcp-server",
    name: "brave-search",
    secrets: { key: KEY },
    steps: [{ tool: "brave_web_search", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:tavily-mcp",
    name: "tavily",
    secrets: { key: KEY },
    steps: [{ tool: "tavily_search", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:firecrawl-mcp",
    name: "firecrawl",
    secrets: { key: KEY },
    steps: [{ tool: "firecrawl_scrape", args: { url: "https://example.com" }, answers: SAYS }],
  },
  {
    source: "npm:exa-mcp-server",
    name: "exa",
    secrets: { key: KEY },
    steps: [{ tool: "web_search_exa", args: { query: "kettle" }, answers: SAYS }],
  },
  {
    source: "npm:figma-developer-mcp",
    name: "figma",
    secrets: { key: KEY },
    steps: [{ tool: "get_figma_data", args: { fileKey: "abcdef0123456789" }, answers: SAYS }],
  },
  {
    source: "npm:@supabase/mcp-server-supabase",
    name: "supabase",
    secrets: { token: SUPABASE_KEY },
    steps: [{ tool: "list_projects", answers: SAYS }],
  },
  {
    source: "npm:@sentry/mcp-server",
    name: "sentry",
    secrets: { token: KEY },
    steps: [{ tool: "find_organizations", answers: /"slug": "kettle"/ }],
  },
  {
    source: "pypi:mcp-atlassian",
    name: "atlassian",
    options: ["--env", "JIRA_URL=https://me.atlassian.net", "--env", "JIRA_USERNAME=me@example.com"],
    secrets: { token: KEY },
    steps: [{ tool: "jira_search", args: { jql: "project = A" }, answers: SAYS }],
  },
  {
    source: "npm:@perplexity-ai/mcp-server",
    name: "perplexity",
    secrets: { key: KEY },
    steps: [
      {
        tool: "perplexity_ask",
        args: { messages: [{ role: "user", content: "kettle?" }] },
        answers: SAYS,
      },
    ],
  },
  {
    source: "npm:airtable-mcp-server",
    name: "airtable",
    secrets: { key: KEY },
    steps: [{ tool: "list_bases", answers: SAYS }],
  },
  {
    source: "npm:@modelcontextprotocol/server-google-maps",
    name: "google-maps",
    secrets: { key: KEY },
    steps: [{ tool: "maps_geocode", args: { address: "kettle" }, answers: SAYS }],
  },
];
