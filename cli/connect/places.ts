import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { ClientName, ClientScope } from "./clients";

/** Where a user's files are. */
export interface Place {
  platform: NodeJS.Platform;
  home: string;
  /** The project's folder. */
  folder: string;
  /** The environment, in which a client may be told of another place. */
  env: NodeJS.ProcessEnv;
  /** True when a file is there. */
  exists(file: string): boolean;
}

/** A client's files, by the scope. */
interface Files extends Partial<Record<ClientScope, (place: Place) => string>> {
  user(place: Place): string;
  /** Variables by which the client has its user's file elsewhere; the first that is set counts. */
  variables?: readonly string[];
  /** Programs of the client's alone: one on the PATH tells that it is installed. */
  programs?: readonly string[];
  /** Files and folders of the client's alone, which tell the same. @default the folder of the user's file */
  signs?: (place: Place) => string[];
}

const inHome =
  (path: string) =>
  ({ home }: Place) =>
    join(home, path);
const inProject =
  (path: string) =>
  ({ folder }: Place) =>
    join(folder, path);

/** A folder below the home that a variable may move. */
const movable =
  (variable: string, folder: string, file: string) =>
  ({ home, env }: Place) =>
    join(env[variable] || join(home, folder), file);

/** Programs that keep to ~/.config on macOS too. */
const inConfig =
  (path: string) =>
  ({ home, env }: Place) =>
    join(env.XDG_CONFIG_HOME || join(home, ".config"), path);

/** The first of these files that is there, or the last. */
const oneOf =
  (...files: ((place: Place) => string)[]) =>
  (place: Place) => {
    const paths = files.map((file) => file(place));
    return paths.find(place.exists) ?? (paths.at(-1) as string);
  };

/** Where the system keeps the settings of applications. */
function applications(place: Place): string {
  return place.platform === "darwin" ? join(place.home, "Library/Application Support") : inConfig(".")(place);
}

/** Claude Code reads an older file as long as it is there (seen with 2.1). */
function claudeCode({ home, env, exists }: Place): string {
  const older = join(env.CLAUDE_CONFIG_DIR || join(home, ".claude"), ".config.json");
  return exists(older) ? older : join(env.CLAUDE_CONFIG_DIR || home, ".claude.json");
}

/** A file below VS Code's folder for a user. */
const inVsCode = (path: string) => (place: Place) => {
  const { VSCODE_PORTABLE: portable, VSCODE_APPDATA: data } = place.env;
  const folder = portable ? join(portable, "user-data") : join(data || applications(place), "Code");
  return join(folder, "User", path);
};
const VSCODE_VARIABLES = ["VSCODE_PORTABLE", "VSCODE_APPDATA"] as const;

/**
 * Files as the clients' own documentation names them, and as those that run on our machines read them (docs/clients.md).
 * Windows has none here: the launcher runs there in WSL, where --file names a file of Windows.
 */
export const PLACES: Record<ClientName, Files> = {
  "claude-code": {
    programs: ["claude"],
    signs: (place) => [claudeCode(place), inHome(".claude")(place)],
    user: claudeCode,
    project: inProject(".mcp.json"),
    variables: ["CLAUDE_CONFIG_DIR"],
  },
  "claude-desktop": {
    programs: ["claude-desktop"],
    user: (place) =>
      join(place.env.CLAUDE_USER_DATA_DIR || join(applications(place), "Claude"), "claude_desktop_config.json"),
    variables: ["CLAUDE_USER_DATA_DIR"],
  },
  cline: {
    user: (place) => {
      const { CLINE_MCP_SETTINGS_PATH: file, CLINE_DATA_DIR: data, CLINE_DIR: own } = place.env;
      return file || join(data || join(own || inHome(".cline")(place), "data"), "settings/cline_mcp_settings.json");
    },
    variables: ["CLINE_MCP_SETTINGS_PATH", "CLINE_DATA_DIR", "CLINE_DIR"],
    programs: ["cline"],
    signs: (place) => [place.env.CLINE_DIR || inHome(".cline")(place)],
  },
  codex: { programs: ["codex"], user: movable("CODEX_HOME", ".codex", "config.toml"), variables: ["CODEX_HOME"] },
  continue: {
    programs: ["cn"],
    user: movable("CONTINUE_GLOBAL_DIR", ".continue", "config.yaml"),
    variables: ["CONTINUE_GLOBAL_DIR"],
  },
  // Not by its program: AWS has a `copilot` too, and a migration tool is called `goose`.
  copilot: { user: movable("COPILOT_HOME", ".copilot", "mcp-config.json"), variables: ["COPILOT_HOME"] },
  // Its crushrc is a script. The JSON beside it is read as well, and is data.
  crush: {
    programs: ["crush"],
    user: inConfig("crush/crush.json"),
    project: oneOf(inProject(".crush.json"), inProject("crush.json")),
    variables: ["XDG_CONFIG_HOME"],
  },
  cursor: {
    programs: ["cursor", "cursor-agent"],
    user: inHome(".cursor/mcp.json"),
    project: inProject(".cursor/mcp.json"),
  },
  // Other programs of its maker keep things in its folder.
  "gemini-cli": {
    programs: ["gemini"],
    signs: (place) => [join(place.env.GEMINI_CLI_HOME || place.home, ".gemini/settings.json")],
    user: ({ home, env }) => join(env.GEMINI_CLI_HOME || home, ".gemini/settings.json"),
    project: inProject(".gemini/settings.json"),
    variables: ["GEMINI_CLI_HOME"],
  },
  goose: {
    user: (place) =>
      place.env.GOOSE_PATH_ROOT
        ? join(place.env.GOOSE_PATH_ROOT, "config/config.yaml")
        : inConfig("goose/config.yaml")(place),
    variables: ["GOOSE_PATH_ROOT", "XDG_CONFIG_HOME"],
  },
  kiro: {
    programs: ["kiro", "kiro-cli"],
    signs: (place) => [inHome(".kiro")(place)],
    user: inHome(".kiro/settings/mcp.json"),
    project: inProject(".kiro/settings/mcp.json"),
  },
  "lm-studio": { programs: ["lms", "lm-studio"], user: inHome(".lmstudio/mcp.json") },
  mcporter: {
    user: (place) => {
      const { MCPORTER_CONFIG: file, XDG_CONFIG_HOME: config } = place.env;
      const old = inHome(".mcporter/mcporter.json");
      // Without the variable it does not look into ~/.config.
      return file || (config ? oneOf(inConfig("mcporter/mcporter.json"), old) : old)(place);
    },
    project: inProject("config/mcporter.json"),
    variables: ["MCPORTER_CONFIG"],
    programs: ["mcporter"],
    signs: (place) => [inHome(".mcporter")(place)],
  },
  opencode: {
    programs: ["opencode"],
    user: oneOf(inConfig("opencode/opencode.jsonc"), inConfig("opencode/opencode.json")),
    project: oneOf(inProject("opencode.jsonc"), inProject("opencode.json")),
    variables: ["XDG_CONFIG_HOME"],
  },
  "qwen-code": {
    user: movable("QWEN_HOME", ".qwen", "settings.json"),
    project: inProject(".qwen/settings.json"),
    variables: ["QWEN_HOME"],
    programs: ["qwen"],
  },
  roo: {
    signs: (place) => [inVsCode("globalStorage/rooveterinaryinc.roo-cline")(place)],
    user: inVsCode("globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json"),
    project: inProject(".roo/mcp.json"),
    variables: VSCODE_VARIABLES,
  },
  vscode: {
    programs: ["code"],
    user: inVsCode("mcp.json"),
    project: inProject(".vscode/mcp.json"),
    variables: VSCODE_VARIABLES,
  },
  warp: { programs: ["warp-terminal"], user: inHome(".warp/.mcp.json"), project: inProject(".warp/.mcp.json") },
  windsurf: { programs: ["windsurf"], user: inHome(".codeium/windsurf/mcp_config.json") },
  zed: { programs: ["zed", "zeditor", "zedit"], user: inConfig("zed/settings.json"), variables: ["XDG_CONFIG_HOME"] },
};

/** True when a client seems to be installed: a program of its, or something of its own in its place. */
export function isInstalled(client: ClientName, place: Place): boolean {
  const { programs = [], signs, user } = PLACES[client];
  const folders = (place.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const started = folders.flatMap((folder) => programs.map((program) => join(folder, program)));
  return [...(signs?.(place) ?? [dirname(user(place))]), ...started].some(place.exists);
}

/** The file in which a client looks for servers; undefined when it has none for the scope. */
export function clientFile(client: ClientName, scope: ClientScope, place: Place): string | undefined {
  return PLACES[client][scope]?.(place);
}

/** What the environment means for where a client's file is, for its user to know; undefined when nothing does. */
export function placeNote(client: ClientName, scope: ClientScope, env: NodeJS.ProcessEnv): string | undefined {
  if (scope === "project") return undefined;
  const variable = PLACES[client].variables?.find((name) => env[name]);
  if (variable)
    return `${variable} says where ${client} has its file: it is read when the client is started with that too`;
  if (client !== "cursor" || !env.CURSOR_CONFIG_DIR) return undefined;
  return "CURSOR_CONFIG_DIR is for Cursor's command line: if that is what you use, give --file with its mcp.json";
}
