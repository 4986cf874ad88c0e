import type { ClientServer } from "./client-server";
import { options } from "./options";
import { remoteOf } from "./remote-of";
import type { Understood } from "./start";

/** Options of mcp-remote; of them only headers and the transport matter here. From its README. */
const FLAGS = {
  alone: ["--allow-http", "--debug", "--silent", "--enable-proxy"],
  valued: [
    ...["--header", "--transport", "--host", "--resource", "--ignore-tool", "--auth-timeout"],
    ...["--static-oauth-client-metadata", "--static-oauth-client-info"],
  ],
};
const PACKAGE = /^mcp-remote(@[\w.+-]+)?$/;

/**
 * Reads `npx mcp-remote URL`, by which clients that know only programs reach an address: that is a remote server, with its
 * headers. Undefined for another command line.
 */
export function bridgeOf(program: string, args: string[], server: ClientServer): Understood | undefined {
  if (program !== "npx" && program !== "bunx") return undefined;
  const [name, ...behind] = args.filter((word) => !/^(-y|--yes)$/.test(word));
  if (!PACKAGE.test(name ?? "")) return undefined;
  const [address = "", ...rest] = behind;
  if (!/^https:\/\//.test(address)) return { why: "mcp-remote is a bridge to an address, and this is none by https" };
  // The port of its callback may stand behind the address.
  const read = options(/^\d+$/.test(rest[0] ?? "") ? rest.slice(1) : rest, FLAGS);
  if ("unknown" in read) return { why: `the option ${read.unknown} of mcp-remote is not known here` };
  const of = (option: string) => read.options.filter(({ name }) => name === option).map(({ value }) => value);
  const headers = Object.fromEntries(
    of("--header").map((line) => {
      const [, header = line, value = ""] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
      return [header.trim(), value];
    }),
  );
  return remoteOf(address, { ...server, type: of("--transport").join().startsWith("sse") ? "sse" : "", headers });
}
