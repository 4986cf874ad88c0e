import type { Fleet } from "../fleet/fleet";

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  /** Parsed, when it is JSON. */
  body: Body;
  text: string;
  /** Milliseconds. */
  took: number;
}

/** The orchestrator's REST API as a client sees it; an answer that takes longer than 45 seconds is an error. */
export class Api {
  constructor(
    readonly base: string,
    private readonly token?: string,
  ) {}

  static of({ outputs }: Fleet, token = "admin"): Api {
    return new Api(outputs.endpoints.api, outputs.tokens[token]);
  }

  /** What lets a request in. */
  get headers(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return this.send("GET", path);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown): Promise<Answer<Body>> {
    return this.send("POST", path, body);
  }

  async send<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const began = performance.now();
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(45_000),
    });
    const text = await answer.text();
    const json = answer.headers.get("content-type")?.includes("json");
    const took = performance.now() - began;
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : undefined, text, took };
  }
}

/** Ends every session of every client. */
export async function endSessions(fleet: Fleet): Promise<void> {
  const api = Api.of(fleet);
  const { body } = await api.get<{ items: { id: string }[] }>("/v1/sessions?limit=200");
  await Promise.all(body.items.map(({ id }) => api.send("DELETE", `/v1/sessions/${encodeURIComponent(id)}`)));
}

/** Value of a metric's series. @throws Error when it is not there */
export async function metric({ outputs }: Fleet, series: string): Promise<number> {
  const headers = { authorization: `Bearer ${outputs.tokens.read}` };
  const text = await (await fetch(outputs.endpoints.metrics, { headers })).text();
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  if (!line) throw new Error(`there is no ${series} in\n${text}`);
  return Number(line.split(" ").at(-1));
}
