import { parseExactly } from "../lib/exact-json";
import { parseJson } from "../lib/json";
import { isMapping } from "../lib/mapping";
import { ApiError, ApiErrorKind } from "./error";
import { paths } from "./paths";
import type { ProblemDetails } from "./problem";

/** Where the API is, and who asks. */
export interface Access {
  /** Base URL, like http://127.0.0.1:18080; behind a proxy it may have a path. */
  url: string;
  /** Bearer token. */
  token: string;
}

/** A client of the REST API. Every method throws an ApiError when the answer is an error, or when nobody answers. */
export class ApiClient {
  /** @param patience milliseconds to wait for an answer @default no limit: a deployment takes its time */
  constructor(
    private readonly access: Access,
    private readonly patience?: number,
  ) {}

  /** Returns the answer to a GET. */
  async get<T>(path: string): Promise<T> {
    return await this.body<T>(await this.request("GET", path));
  }

  /** Returns the items of every page of a list. */
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

  /** The gateway's readiness. The request needs no token, and its answer is plain text. */
  async ready(): Promise<{ ready: boolean; text: string }> {
    const response = await this.fetch(paths.ready);
    return { ready: response.ok, text: await response.text() };
  }

  /** Deletes what is at a path. */
  async delete(path: string): Promise<void> {
    await this.request("DELETE", path);
  }

  /** Yields the data of an event stream's events, until the stream ends. */
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
    if (!response.ok) throw errorOf(response.status, await response.text());
    return response;
  }

  /** @throws ApiError for an answer that cannot be the API's */
  private async body<T>(response: Response): Promise<T> {
    const text = await response.text();
    try {
      return parseExactly(text) as T;
    } catch {
      throw new ApiError(
        ApiErrorKind.Unreachable,
        `${this.access.url} does not answer as the API does: got ${JSON.stringify(text.slice(0, 60))}, expected JSON`,
      );
    }
  }

  /** @throws ApiError when nobody answers */
  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url } = this.access;
    const signal = this.patience === undefined ? undefined : AbortSignal.timeout(this.patience);
    // A gateway behind a proxy may have a path of its own.
    return await fetch(url.replace(/\/+$/, "") + path, { ...init, signal }).catch(
      (error: Error & { cause?: Error }) => {
        const fix = "bin/dind-mcp status says more; bin/dind-mcp up heals it";
        throw new ApiError(
          ApiErrorKind.Unreachable,
          `${url} does not answer: ${error.cause?.message ?? error.message}`,
          fix,
        );
      },
    );
  }
}

const KINDS: Record<number, ApiErrorKind> = {
  400: ApiErrorKind.Invalid,
  401: ApiErrorKind.Denied,
  403: ApiErrorKind.Denied,
  404: ApiErrorKind.NotFound,
  422: ApiErrorKind.Invalid,
  503: ApiErrorKind.Unreachable,
};

/** Turns an error answer of the API into one error, with all its problems and the log lines of a failed start. */
export function errorOf(status: number, text: string): ApiError {
  const body = parsed(text);
  // Only the API itself can say that something does not exist: another program on its port knows nothing of that.
  const kind = body ? (KINDS[status] ?? ApiErrorKind.Failed) : ApiErrorKind.Unreachable;
  const lines = [
    body ? (body.detail ?? body.title ?? `HTTP ${status}`) : text.slice(0, 500),
    ...(body?.problems ?? []).map(({ path, got, expected }) => `  - ${path}: got ${got}, expected ${expected}`),
    ...(body?.logs?.length ? ["its last lines:", ...body.logs.map((line) => `  ${line}`)] : []),
  ];
  return new ApiError(kind, lines.join("\n"), fixOf(status, String(body?.detail)));
}

/** What to do at the command line; the detail itself names what REST has. */
function fixOf(status: number, detail: string): string | undefined {
  if (status === 404 && detail.startsWith("there is no server "))
    return "bin/dind-mcp servers list shows those that there are";
  return [401, 403].includes(status)
    ? "a token that is known and has the scope: dind-mcp:tokens and bin/dind-mcp up, or DIND_MCP_URL and DIND_MCP_TOKEN"
    : undefined;
}

/** @returns undefined when it is no answer of the API's */
function parsed(text: string): Partial<ProblemDetails> | undefined {
  const body = parseJson(text);
  return isMapping(body) ? body : undefined;
}
