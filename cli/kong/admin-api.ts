import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import type { Entity, Kind } from "../../config/fleet/kong/entities";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { CliError, ExitCode } from "../errors";
import type { Present } from "./plan";

/** How Kong's Admin API is reached. */
export interface AdminAccess {
  /** Without a `/` at its end; a workspace is a path. */
  url: string;
  /** Sent as `Kong-Admin-Token`. */
  token?: string;
  /** PEM certificates of the authorities to trust for it. @default the public ones */
  ca?: string;
}

const PAGE = 1_000;
const PATIENCE_MS = 30_000;

/** Kong's Admin API. Every method throws a CliError that says what Kong said. */
export class AdminApi {
  constructor(private readonly access: AdminAccess) {}

  /** Tells whether Kong has no database: then its entities are replaced as a whole. */
  async isDbLess(): Promise<boolean> {
    const node = await this.#ask("GET", "/");
    const configuration = isMapping(node) && isMapping(node.configuration) ? node.configuration : {};
    if (typeof configuration.database !== "string") {
      throw new CliError(
        `${this.access.url}: got an answer without configuration.database, expected Kong's Admin API (usually port 8001)`,
        ExitCode.Usage,
      );
    }
    return configuration.database === "off";
  }

  /** Every entity with the tag, of the kinds that we make. */
  async present(tag: string): Promise<Present[]> {
    const upstreams = await this.#list("upstreams", "/upstreams", tag);
    const lists = [upstreams];
    for (const { id } of upstreams) lists.push(await this.#list("targets", `/upstreams/${id}/targets`, tag));
    for (const kind of ["services", "routes", "plugins"] as const) {
      lists.push(await this.#list(kind, `/${kind}`, tag));
    }
    return lists.flat();
  }

  /** Makes an entity, or replaces it. */
  async put({ kind, id, fields }: Entity, tag: string): Promise<void> {
    const { upstream } = fields;
    const owner = kind === "targets" && isMapping(upstream) ? `/upstreams/${String(upstream.id)}` : "";
    await this.#ask("PUT", `${owner}/${kind}/${id}`, { ...fields, tags: [tag] });
  }

  /** Removes an entity. One that is gone already, as with what it belonged to, is no error. */
  async remove({ kind, id, fields: { upstream } }: Present): Promise<void> {
    const owner = kind === "targets" && isMapping(upstream) ? `/upstreams/${String(upstream.id)}` : "";
    await this.#ask("DELETE", `${owner}/${kind}/${id}`);
  }

  /** The whole declarative configuration of a Kong without a database, as YAML. */
  async config(): Promise<string> {
    const answer = await this.#ask("GET", "/config");
    return isMapping(answer) && typeof answer.config === "string" ? answer.config : "";
  }

  /** Replaces it. */
  async load(document: Record<string, unknown>): Promise<void> {
    await this.#ask("POST", "/config", document);
  }

  async #list(kind: Kind, path: string, tag: string): Promise<Present[]> {
    const found: Present[] = [];
    let offset: unknown;
    do {
      const query = new URLSearchParams({ tags: tag, size: String(PAGE) });
      if (typeof offset === "string") query.set("offset", offset);
      const page = await this.#ask("GET", `${path}?${query}`);
      const rows = isMapping(page) && Array.isArray(page.data) ? page.data.filter(isMapping) : [];
      // Lists of what belongs to something are not filtered by every version.
      const ours = rows.filter(({ tags }) => Array.isArray(tags) && tags.includes(tag));
      found.push(...ours.map((fields) => ({ kind, id: String(fields.id), title: titleOf(fields), fields })));
      offset = isMapping(page) ? page.offset : undefined;
    } while (typeof offset === "string");
    return found;
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const { url } = this.access;
    const { status, said } = await this.#send(method, path, body).catch((error: Error) => {
      throw new CliError(`Kong's Admin API at ${url} does not answer: ${error.message}`, ExitCode.Unreachable);
    });
    if (status < 300) return parseJson(said);
    const where = `${method} ${url}${path.replace(/\?.*/, "")}`;
    throw new CliError(`${where}: Kong answered HTTP ${status}, ${reason(said)}`, ExitCode.Failed, fixFor(status));
  }

  async #send(method: string, path: string, body?: object): Promise<{ status: number; said: string }> {
    const { url, token, ca } = this.access;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      ...(token ? { "Kong-Admin-Token": token } : {}),
      ...(payload ? { "content-type": "application/json", "content-length": Buffer.byteLength(payload) } : {}),
    };
    const isTls = url.startsWith("https:");
    const options = { method, headers, signal: AbortSignal.timeout(PATIENCE_MS), ...(isTls && ca ? { ca } : {}) };
    return await new Promise((resolve, reject) => {
      const heard = (response: IncomingMessage): void => {
        text(response).then((said) => resolve({ status: response.statusCode ?? 0, said }), reject);
      };
      const sent = (isTls ? tlsRequest : plainRequest)(url + path, options, heard);
      sent.on("error", reject).end(payload);
    });
  }
}

function titleOf({ name, target, id }: Record<string, unknown>): string {
  return String(name ?? target ?? id);
}

/** What Kong says of a refusal: its message names the field. */
function reason(said: string): string {
  const answer = parseJson(said);
  const { message, error } = isMapping(answer) ? answer : {};
  return `"${String(message ?? error ?? said).slice(0, 500)}"`;
}

function fixFor(status: number): string | undefined {
  if (status === 401 || status === 403) return "set its token: pulumi config set --secret --path kong.token";
  if (status === 409) return "something in Kong without our tag has this name: rename or remove it there";
  return undefined;
}
