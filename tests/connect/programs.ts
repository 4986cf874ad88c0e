import { arch, platform } from "node:os";
import type { ClientName } from "../../cli/connect/clients";

/** A client's program, and what makes it list the tools without a model. */
export interface Program {
  client: ClientName;
  /** Its package in npm, in an exact version. */
  package: string;
  version: string;
  /** Below `node_modules`; a script runs with our Node. */
  program: string;
  /** Command lines, one after the other. One that only ends with a model is ended once the tools are listed. */
  commands: string[][];
  /** What the first one says of our entry. */
  says?: RegExp;
  /** Its environment. @param door where a model would be, which answers nothing */
  env?: (door: string) => Record<string, string>;
  /** What its user has in the file already. @default there is no file */
  before?: (door: string) => string;
}

/** The part of packages' names for this machine: `linux-x64`. */
const MACHINE = `${platform()}-${arch()}`;

/** A prompt that nobody answers: the tools are listed before a model is asked. */
const PROMPT = "say hi";
const OPENAI = (door: string) => ({ OPENAI_API_KEY: "none", OPENAI_BASE_URL: `${door}/v1`, OPENAI_MODEL: "none" });

export const PROGRAMS: Program[] = [
  {
    client: "claude-code",
    package: "@anthropic-ai/claude-code",
    version: "2.1.332",
    program: `@anthropic-ai/claude-code-${MACHINE}/claude`,
    commands: [["mcp", "list"]],
    says: /dind-mcp: http.*Connected/,
  },
  {
    client: "cline",
    package: "cline",
    version: "3.0.65",
    program: "cline/bin/cline",
    commands: [["-P", "openai-native", "-k", "none", "-m", "none", "--retries", "1", "-t", "15", PROMPT]],
  },
  {
    client: "codex",
    package: "@openai/codex",
    version: "0.171.0",
    program: "@openai/codex/bin/codex.js",
    commands: [
      ["mcp", "list"],
      ["exec", "--skip-git-repo-check", PROMPT],
    ],
    says: /dind-mcp +http.*DIND_MCP_TOKEN +enabled/,
    before: (door) => `# mine
model = "none"
model_provider = "none" # nobody

[model_providers.none]
name = "none"
base_url = "${door}/v1"
request_max_retries = 0
stream_max_retries = 0
`,
  },
  {
    client: "continue",
    package: "@continuedev/cli",
    version: "1.5.47",
    program: "@continuedev/cli/dist/cn.js",
    commands: [["-p", PROMPT]],
    before: (door) => `name: mine # not yours
version: 1.0.0
schema: v1
models:
  - name: none
    provider: openai
    model: none
    apiKey: none
    apiBase: ${door}/v1
`,
  },
  {
    client: "copilot",
    package: "@github/copilot",
    version: "1.0.102",
    program: "@github/copilot/npm-loader.js",
    commands: [
      ["mcp", "list"],
      ["-p", PROMPT],
    ],
    says: /dind-mcp \(http\)/,
    env: (door) => ({
      COPILOT_OFFLINE: "true",
      COPILOT_MODEL: "none",
      COPILOT_PROVIDER_BASE_URL: `${door}/v1`,
      COPILOT_PROVIDER_API_KEY: "none",
    }),
  },
  {
    client: "gemini-cli",
    package: "@google/gemini-cli",
    version: "0.61.0",
    program: "@google/gemini-cli/bundle/gemini.js",
    commands: [
      ["mcp", "list"],
      ["-p", PROMPT],
    ],
    says: /dind-mcp: http.*Connected/,
    env: () => ({ GEMINI_API_KEY: "none", GEMINI_CLI_TRUST_WORKSPACE: "true" }),
    before: () => '{\n  // mine\n  "privacy": { "usageStatisticsEnabled": false }\n}\n',
  },
  {
    client: "mcporter",
    package: "mcporter",
    version: "0.12.3",
    program: "mcporter/dist/cli.js",
    commands: [["list", "dind-mcp"]],
    says: /one__pid/,
  },
  {
    client: "opencode",
    package: "opencode-ai",
    version: "1.18.33",
    // The one for every processor.
    program: `opencode-${MACHINE}${arch() === "x64" ? "-baseline" : ""}/bin/opencode`,
    commands: [["mcp", "list"]],
    says: /dind-mcp .*connected/,
    before: () => '{\n  "$schema": "https://opencode.ai/config.json", // mine\n}\n',
  },
  {
    client: "qwen-code",
    package: "@qwen-code/qwen-code",
    version: "0.24.4",
    program: "@qwen-code/qwen-code/cli-entry.js",
    commands: [
      ["mcp", "list"],
      ["-p", PROMPT],
    ],
    says: /dind-mcp: http.*Connected/,
    env: OPENAI,
  },
];
