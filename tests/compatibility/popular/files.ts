import { SAID } from "../world/services";
import type { Popular } from "./popular";

const SAYS = new RegExp(SAID);
const PAGE = "http://example.com/page";

/** Servers that work on files that the user lends. */
export const FILES: Popular[] = [
  {
    source: "pypi:mcp-server-git",
    name: "git",
    lentAt: "/projects/code",
    sample: true,
    steps: [
      { tool: "git_status", args: { repo_path: "/projects/code" }, answers: /new\.txt/ },
      { tool: "git_add", args: { repo_path: "/projects/code", files: ["new.txt"] }, answers: /staged/i },
      { tool: "git_commit", args: { repo_path: "/projects/code", message: "Noon" }, answers: /committed/i },
      { tool: "git_log", args: { repo_path: "/projects/code" }, answers: /Noon[\s\S]*Begun/ },
    ],
  },
  {
    source: "npm:@modelcontextprotocol/server-filesystem",
    options: ["--", "/projects/code"],
    name: "filesystem",
    lentAt: "/projects/code",
    sample: true,
    steps: [
      { tool: "write_file", args: { path: "/projects/code/kettle.txt", content: "boils at noon" }, answers: /wrote/i },
      { tool: "read_text_file", args: { path: "/projects/code/kettle.txt" }, answers: /boils at noon/ },
    ],
  },
  {
    source: "npm:@wonderwhy-er/desktop-commander",
    name: "desktop-commander",
    steps: [
      { tool: "write_file", args: { path: "/workspace/kettle.txt", content: "boils at noon" }, answers: /wrote/i },
      { tool: "read_file", args: { path: "/workspace/kettle.txt" }, answers: /boils at noon/ },
    ],
  },
  {
    source: "pypi:serena-agent",
    name: "serena",
    // Since 2.1 it has one tool for all that it does: a line of Python.
    steps: [
      {
        tool: "serena_repl",
        args: { session: "kettle", code: "s.fs.list_dir('.', recursive=False)" },
        answers: /"dirs"/,
      },
    ],
  },
  {
    source: "pypi:markitdown-mcp",
    name: "markitdown",
    steps: [
      { tool: "convert_to_markdown", args: { uri: "data:text/html,<h1>Kettle</h1>" }, answers: /# Kettle/ },
      { tool: "convert_to_markdown", args: { uri: PAGE }, answers: SAYS },
    ],
  },
];
