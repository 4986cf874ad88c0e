/** An answer, with the beginning of its body. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** Milliseconds for an answer. */
const PATIENCE_MS = 15_000;
/** Characters kept of a body. */
const KEPT = 20_000;

/** A fleet seen from outside, through whatever is in front of it. */
export class Outside {
  /**
   * @param base how clients reach it, without a / at its end
   * @param token of the fleet's
   */
  constructor(
    readonly base: string,
    private readonly token: string,
  ) {}

  /**
   * Sends a request, with the token unless told otherwise.
   * @throws Error that says why nobody answered
   */
  async ask(path: string, init: RequestInit & { anonymous?: boolean } = {}): Promise<Answer> {
    const { anonymous, ...rest } = init;
    const response = await this.open(path, rest, anonymous);
    return { status: response.status, headers: response.headers, body: (await response.text()).slice(0, KEPT) };
  }

  /**
   * Opens an answer that is read piece by piece.
   * @throws Error that says why nobody answered
   */
  async open(path: string, init: RequestInit = {}, anonymous = false): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!anonymous) headers.set("authorization", `Bearer ${this.token}`);
    const signal = init.signal ?? AbortSignal.timeout(PATIENCE_MS);
    const url = path.startsWith("http") ? path : this.base + path;
    return await fetch(url, { ...init, headers, signal, redirect: "manual" }).catch(
      (error: Error & { cause?: Error }) => {
        throw new Error(`${new URL(url).origin} does not answer: ${error.cause?.message ?? error.message}`);
      },
    );
  }
}

/** Says in a few words what an answer is, for an error. */
export function described({ status, headers, body }: Answer): string {
  const from = headers.get("server");
  const text = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return `HTTP ${status}${from ? ` of ${from}` : ""}${text ? `, "${text}"` : ""}`;
}
