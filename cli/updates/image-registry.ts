import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { CliError } from "../errors";

/** Milliseconds for one question, and bytes of its answer. */
const TIMEOUT_MS = 15_000;
const MOST_BYTES = 4 * 2 ** 20;
/** Pages of a list of tags. Some images have tens of thousands. */
const PAGES = 20;
const PAGE = 1_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;
/** An index of several platforms first: that is what a tag's digest means. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** A repository of a registry that speaks the OCI distribution API, read by everybody: no password is sent. */
export class ImageRepository {
  #token: string | undefined;
  readonly #base: string;

  /**
   * @param host as an image's name begins with it
   * @param base where it answers @default over https, and on this machine over http
   */
  constructor(
    readonly host: string,
    readonly repository: string,
    base = `${LOOPBACK.test(host) ? "http" : "https"}://${host}`,
  ) {
    this.#base = base;
  }

  /** The digest that a tag has now. @throws CliError when the registry does not say */
  async digest(tag: string): Promise<string> {
    const response = await this.#ask(`/v2/${this.repository}/manifests/${tag}`, "HEAD");
    const digest = response.headers.get("docker-content-digest") ?? "";
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw this.#error("no digest", `that of ${this.repository}:${tag}`);
    return digest;
  }

  /** All tags, as far as its pages go. @throws CliError when the registry does not say */
  async tags(): Promise<string[]> {
    const found: string[] = [];
    let path: string | undefined = `/v2/${this.repository}/tags/list?n=${PAGE}`;
    for (let page = 0; path !== undefined && page < PAGES; page++) {
      const response: Response = await this.#ask(path);
      const answer = parseJson(await this.#text(response));
      if (!isMapping(answer)) throw this.#error("something else", "a list of tags");
      if (Array.isArray(answer.tags)) found.push(...answer.tags.filter((tag) => typeof tag === "string"));
      path = this.#next(response.headers.get("link") ?? "");
    }
    return found;
  }

  /** The next page, of the same registry. */
  #next(link: string): string | undefined {
    const [, to = ""] = /<([^>]+)>;\s*rel="?next"?/.exec(link) ?? [];
    if (to === "" || !URL.canParse(to, this.#base)) return undefined;
    const { origin, pathname, search } = new URL(to, this.#base);
    return origin === this.#base ? pathname + search : undefined;
  }

  async #ask(path: string, method = "GET"): Promise<Response> {
    let response = await this.#fetch(new URL(path, this.#base), method);
    if (response.status === 401 && this.#token === undefined) {
      this.#token = await this.#anonymous(response.headers.get("www-authenticate") ?? "");
      response = await this.#fetch(new URL(path, this.#base), method);
    }
    if (!response.ok) throw this.#error(`status ${response.status} for ${this.repository}`, "status 200");
    return response;
  }

  /** The token that everybody gets who asks where the registry says. */
  async #anonymous(challenge: string): Promise<string> {
    const said = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1] ?? "";
    const realm = said("realm");
    const isSafe = realm.startsWith("https://") || this.#base.startsWith("http:");
    if (!/^bearer /i.test(challenge) || !isSafe || !URL.canParse(realm)) {
      throw this.#error("a question for a password", "an image that everybody may read");
    }
    const url = new URL(realm);
    url.search = new URLSearchParams({
      service: said("service"),
      scope: `repository:${this.repository}:pull`,
    }).toString();
    const answer = parseJson(await this.#text(await this.#fetch(url, "GET")));
    const token = isMapping(answer) ? (answer.token ?? answer.access_token) : undefined;
    if (typeof token !== "string") throw this.#error("no token", "an image that everybody may read");
    return token;
  }

  async #fetch(url: URL, method: string): Promise<Response> {
    const headers: Record<string, string> = { accept: method === "HEAD" ? MANIFESTS : "application/json" };
    // For the registry alone: it is no business of who hands tokens out.
    if (this.#token !== undefined && url.origin === this.#base) headers.authorization = `Bearer ${this.#token}`;
    try {
      return await fetch(url, { method, headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
      const got =
        name === "TimeoutError" ? `nothing within ${TIMEOUT_MS / 1_000} s` : (cause?.code ?? cause?.message ?? message);
      throw this.#error(oneLine(got, 200), "its answer");
    }
  }

  async #text(response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw this.#error(`more than ${MOST_BYTES} bytes`, "a short answer");
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw this.#error("an answer that broke off", "all of it");
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  #error(got: string, expected: string): CliError {
    return new CliError(`registry ${this.host}: got ${got}, expected ${expected}`);
  }
}
