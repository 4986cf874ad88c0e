import { CliError, ExitCode } from "../cli/errors";
import { stackSettings } from "../cli/stack/settings";
import { stackOutputs } from "../cli/stack/workspace";
import type { Settings } from "../config/settings";
import { isMapping } from "../manifest/manifest";
import type { Outputs } from "../stack/outputs";
import type { Scope } from "./scopes";

/** Where the API is, and who asks. */
interface Access {
  url: string;
  token: string;
}

/** A problem of RFC 9457, as the API answers errors. */
interface ProblemBody {
  title?: string;
  detail?: string;
  problems?: { path: string; got: string; expected: string }[];
  logs?: string[];
}

/**
 * The REST API. With DIND_MCP_URL and DIND_MCP_TOKEN in the environment it is any gateway, and no state of Pulumi's is
 * needed; else it is the stack's own, with the first token of its config that has the scope.
 */
export class Api {
  /** @param patience milliseconds for an answer @default without an end: a deployment takes its time */
  constructor(
    private readonly access: Access,
    private readonly patience?: number,
  ) {}

  /** @throws CliError when only one of the variables is set: the stack's token must not go to another gateway */
  static async open(scope: Scope): Promise<Api> {
    const { DIND_MCP_URL: url, DIND_MCP_TOKEN: token } = process.env;
    if (url && token) return new Api(checked({ url, token }));
    if (url || token) {
      const text = `${url ? "DIND_MCP_TOKEN" : "DIND_MCP_URL"}: got nothing, expected both or none of DIND_MCP_URL and DIND_MCP_TOKEN`;
      throw new CliError(text, ExitCode.Usage);
    }
    const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
    return Api.ofStack(scope, outputs, settings);
  }

  /** @throws CliError when no token of the stack has the scope */
  static ofStack(
    scope: Scope,
    { endpoints, tokens }: Pick<Outputs, "endpoints" | "tokens">,
    settings: Pick<Settings, "tokens">,
    patience?: number,
  ): Api {
    const able = settings.tokens.filter(({ scopes, name }) => scopes.includes(scope) && tokens[name]);
    // One that sees everything, where there is one.
    const best = able.find(({ servers, tools }) => !servers && !tools) ?? able[0];
    if (!best) {
      const fix = `add one to dind-mcp:tokens, and bin/dind-mcp up; or set DIND_MCP_URL and DIND_MCP_TOKEN`;
      throw new CliError(`no token of the stack has the scope ${scope}`, ExitCode.Failed, fix);
    }
    return new Api({ url: endpoints.api, token: tokens[best.name] ?? "" }, patience);
  }

  async get<T>(path: string): Promise<T> {
    return await this.body<T>(await this.request("GET", path));
  }

  /** Every page of a list. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const query = `${path.includes("?") ? "&" : "?"}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
      const page = await this.get<{ items: T[]; next?: string }>(path + query);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return items;
  }

  /** @param body sent as JSON; a text as YAML */
  async post<T>(path: string, body?: unknown): Promise<T> {
    return await this.body<T>(await this.request("POST", path, body));
  }

  /** The gateway's readiness; this one asks for no token and has no problem in its body. */
  async ready(): Promise<{ ready: boolean; text: string }> {
    const response = await this.fetch("/readyz");
    return { ready: response.ok, text: await response.text() };
  }

  async delete(path: string): Promise<void> {
    await this.request("DELETE", path);
  }

  /** The data of an event stream's events, until it ends. */
  async *events(path: string): AsyncGenerator<string> {
    const { body } = await this.request("GET", path, undefined, "text/event-stream");
    let rest = "";
    for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: ")) yield line.slice("data: ".length);
    }
  }

  private async request(method: string, path: string, body?: unknown, accept = "application/json"): Promise<Response> {
    const type = typeof body === "string" ? "application/yaml" : "application/json";
    const response = await this.fetch(path, {
      method,
      headers: {
        accept,
        authorization: `Bearer ${this.access.token}`,
        ...(body === undefined ? {} : { "content-type": type }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    if (!response.ok) throw problem(response.status, await response.text());
    return response;
  }

  /** @throws CliError for an answer that cannot be the API's */
  private async body<T>(response: Response): Promise<T> {
    const text = await response.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CliError(
        `${this.access.url} does not answer as the API does: got ${JSON.stringify(text.slice(0, 60))}, expected JSON`,
        ExitCode.Unreachable,
      );
    }
  }

  /** @throws CliError when nobody answers */
  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url } = this.access;
    const signal = this.patience === undefined ? undefined : AbortSignal.timeout(this.patience);
    // A gateway behind a proxy may have a path of its own.
    return await fetch(url.replace(/\/+$/, "") + path, { ...init, signal }).catch(
      (error: Error & { cause?: Error }) => {
        const fix = "bin/dind-mcp status says more; bin/dind-mcp up heals it";
        throw new CliError(
          `${url} does not answer: ${error.cause?.message ?? error.message}`,
          ExitCode.Unreachable,
          fix,
        );
      },
    );
  }
}

/**
 * What the environment says, before it is used: what `fetch` says of a wrong one would show the token.
 * @throws CliError with every problem at once; shows no part of a secret
 */
function checked({ url, token }: Access): Access {
  const wrong: string[] = [];
  const { protocol, username, password } = URL.parse(url) ?? {};
  if (protocol !== "http:" && protocol !== "https:")
    wrong.push("DIND_MCP_URL: expected a URL like http://127.0.0.1:18080");
  if (username || password)
    wrong.push("DIND_MCP_URL: got a user or a password in it, expected the token in DIND_MCP_TOKEN alone");
  if (!/^[\x21-\x7e]+$/.test(token))
    wrong.push("DIND_MCP_TOKEN: got a space, an end of line or a letter that is not ASCII in it, expected a token");
  if (wrong.length > 0) throw new CliError(wrong.join("\n"), ExitCode.Usage);
  return { url, token };
}

const CODES: Record<number, ExitCode> = {
  400: ExitCode.Usage,
  404: ExitCode.NotFound,
  422: ExitCode.Usage,
  503: ExitCode.Unreachable,
};

/** An error of the API in one piece: all its problems, and what a failed start wrote. */
export function problem(status: number, text: string): CliError {
  const body = parsed(text);
  // What there is only the API can say: another program on its port knows nothing of that.
  const code = body ? CODES[status] : ExitCode.Unreachable;
  const lines = [
    body ? (body.detail ?? body.title ?? `HTTP ${status}`) : text.slice(0, 500),
    ...(body?.problems ?? []).map(({ path, got, expected }) => `  - ${path}: got ${got}, expected ${expected}`),
    ...(body?.logs?.length ? ["its last lines:", ...body.logs.map((line) => `  ${line}`)] : []),
  ];
  const fix = [401, 403].includes(status)
    ? "a token that is known and has the scope: dind-mcp:tokens and bin/dind-mcp up, or DIND_MCP_URL and DIND_MCP_TOKEN"
    : undefined;
  return new CliError(lines.join("\n"), code ?? ExitCode.Failed, fix);
}

/** @returns undefined when it is no answer of the API's */
function parsed(text: string): ProblemBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isMapping(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
