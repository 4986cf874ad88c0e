import type { Popular } from "./popular";

/** Servers that need nothing but themselves, or a folder of their own. */
export const ALONE: Popular[] = [
  {
    source: "npm:@modelcontextprotocol/server-everything",
    name: "everything",
    sample: true,
    steps: [{ tool: "echo", args: { message: "hello" }, answers: /hello/ }],
  },
  {
    source: "npm:@modelcontextprotocol/server-sequential-thinking",
    name: "sequential-thinking",
    steps: [
      {
        tool: "sequentialthinking",
        args: { thought: "one", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
        answers: /thoughtNumber/,
      },
    ],
  },
  {
    source: "pypi:mcp-server-time",
    name: "time",
    sample: true,
    steps: [{ tool: "get_current_time", args: { timezone: "UTC" }, answers: /"timezone": ?"UTC"/ }],
  },
  {
    source: "npm:@modelcontextprotocol/server-memory",
    name: "memory",
    sample: true,
    steps: [
      {
        tool: "create_entities",
        args: { entities: [{ name: "kettle", entityType: "thing", observations: ["boils at noon"] }] },
        answers: /kettle/,
      },
    ],
    afterRestart: [{ tool: "read_graph", answers: /boils at noon/ }],
  },
  {
    source: "pypi:mcp-server-sqlite",
    name: "sqlite",
    sample: true,
    steps: [
      { tool: "create_table", args: { query: "CREATE TABLE kettle (hour INTEGER)" }, answers: /success/i },
      { tool: "write_query", args: { query: "INSERT INTO kettle VALUES (12)" }, answers: /affected/ },
    ],
    afterRestart: [{ tool: "read_query", args: { query: "SELECT hour FROM kettle" }, answers: /12/ }],
  },
  {
    source: "pypi:basic-memory",
    name: "basic-memory",
    steps: [
      {
        tool: "write_note",
        args: { title: "Kettle", directory: "notes", content: "It boils at noon" },
        answers: /Kettle/i,
      },
    ],
    afterRestart: [{ tool: "read_note", args: { identifier: "Kettle" }, answers: /boils at noon/ }],
  },
  {
    source: "pypi:chroma-mcp",
    name: "chroma",
    steps: [{ tool: "chroma_list_collections", answers: /.*/ }],
  },
];
