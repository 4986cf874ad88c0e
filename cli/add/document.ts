import { existsSync } from "node:fs";
import { LIMIT_BYTES } from "../../lib/download";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { registryEntry } from "../../manifest/registry/listed-server";
import { CliError, ExitCode } from "../errors";
import { readInput } from "../servers/input";
import { DownloadError, download, isUrl, shownSource } from "./download";
import { remoteDocument } from "./remote";

/** A server.json as it was given, not checked yet. */
export interface Given {
  document: unknown;
  /** Remarks for the user. */
  notes: string[];
}

/**
 * Reads a server.json from a file, a URL or standard input (`-`). Also takes an answer of the registry's API that holds
 * one; and the address of an MCP server, which is asked.
 * @param alike sources that the user may have meant
 * @throws CliError when there is none, or more than one
 */
export async function readDocument(from: string, alike: string[] = []): Promise<Given> {
  if (!isUrl(from) && from !== "-" && !existsSync(from)) throw unknownSource(from, alike);
  return isUrl(from) ? await downloaded(new URL(from)) : documentIn(readInput(from, LIMIT_BYTES), from);
}

/** Paths that MCP servers have, and what such a server answers to somebody who only reads. */
const ENDPOINT = /\/(mcp|sse)\/?$/;
const ENDPOINT_STATUS = [400, 405, 406];

/** The document at a URL; of an MCP server that is there the one that says so. @throws CliError */
async function downloaded(url: URL): Promise<Given> {
  if (ENDPOINT.test(url.pathname)) return await remoteDocument(url);
  try {
    return documentIn(await download(url), url.href);
  } catch (error) {
    if (!(error instanceof DownloadError) || !ENDPOINT_STATUS.includes(error.status ?? 0)) throw error;
    return await remoteDocument(url).catch(() => {
      throw error;
    });
  }
}

const documentIn = (text: string, from: string): Given => answered(parse(text, shownSource(from)), shownSource(from));

/**
 * Returns the one server.json in a registry's answer, `{server}` or `{servers: [{server}]}`; any other document
 * unchanged.
 */
export function answered(given: unknown, where: string): Given {
  const { servers } = isMapping(given) ? given : {};
  if (!Array.isArray(servers)) return registryEntry(given);
  if (servers.length === 1) return answered(servers[0], where);
  const fix = "its address behind the list's: /NAME/versions/latest, the slash in the name as %2F";
  throw new CliError(`${where}: got ${servers.length} servers, expected one`, ExitCode.Usage, fix);
}

/** Leaves out JSON.parse's own message. It shows a piece of the file, which may not be the one that was meant. */
function parse(text: string, where: string): unknown {
  const document = parseJson(text);
  if (document === undefined) throw new CliError(`${where}: got no JSON, expected a server.json`, ExitCode.Usage);
  return document;
}

function unknownSource(from: string, alike: string[]): CliError {
  const expected =
    "npm:PACKAGE, pypi:PACKAGE, go:PATH, cargo:CRATE, git+URL#COMMIT, image:NAME@sha256:DIGEST, a folder or script of yours, a name of the MCP registry, the address of a server that runs elsewhere, or the file or https URL of a server.json";
  const fix =
    alike.length > 0
      ? `bin/dind-mcp servers add ${alike.join(", or ")}`
      : "bin/dind-mcp servers search WORD looks for one";
  return new CliError(`${from}: got no such file, expected ${expected}`, ExitCode.Usage, fix);
}
