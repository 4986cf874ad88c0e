import { basename, dirname } from "node:path";
import { CLIENTS, type ClientName, SCOPES } from "../connect/clients";
import { here } from "../connect/file-of";
import { realFile } from "../connect/files";
import { clientFile } from "../connect/places";
import { CliError, ExitCode } from "../errors";

/** Names that only one client gives its file. */
const NAMES: Record<string, ClientName> = {
  "claude_desktop_config.json": "claude-desktop",
  ".claude.json": "claude-code",
  ".mcp.json": "claude-code",
  "mcp_config.json": "windsurf",
  "cline_mcp_settings.json": "cline",
  "mcp-config.json": "copilot",
};

/**
 * Whose file it is, by its place, else by its name.
 * @param folder the project that it may belong to
 * @throws CliError when nothing tells
 */
export function clientOf(file: string, folder: string): ClientName {
  const real = realFile(file);
  const place = { ...here(), folder };
  const isTheirs = (client: ClientName): boolean =>
    SCOPES.some((scope) => {
      const path = clientFile(client, scope, place);
      return path !== undefined && realFile(path) === real;
    });
  const found = CLIENTS.find(isTheirs) ?? (Object.hasOwn(NAMES, basename(file)) ? NAMES[basename(file)] : undefined);
  if (found) return found;
  const got = `${file}: got a file that could be any client's`;
  throw new CliError(
    `${got}, expected --client with --connect`,
    ExitCode.Usage,
    `--client, one of ${CLIENTS.join(", ")}`,
  );
}

/** The project of a project's file, from which its servers are started; a client's own folder in it is not the project. */
export function projectOf(path: string): string {
  const folder = dirname(path);
  return /^\.(vscode|cursor|gemini|qwen|roo|kiro|warp|junie)$/.test(basename(folder)) ? dirname(folder) : folder;
}
