import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Bytes of a package of PyPI. */
export interface Wheel {
  file: string;
  bytes: Buffer;
  published: string;
}

/** npm's registry, an index of PyPI and a registry of images that wants a token, behind one URL. */
export class UpdatesRegistry {
  /** What was asked, without what npm adds. */
  readonly asked: string[] = [];
  /** Packages of npm: their newest version, and when it was published. */
  readonly npm: Record<string, { version: string; published: string; repository: string }> = {};
  readonly wheels: Record<string, Wheel> = {};
  /** Images: tag to digest. */
  readonly images: Record<string, Record<string, string>> = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer(({ url = "", method = "", headers }, response) => {
      const { pathname, searchParams } = new URL(url, "http://registry");
      this.asked.push(`${method} ${pathname}`);
      const say = (status: number, body: unknown, type = "application/json", more: Record<string, string> = {}) =>
        response
          .writeHead(status, { "content-type": type, ...more })
          .end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      const path = decodeURIComponent(pathname);
      const [, index] = /^\/simple\/([^/]+)\/$/.exec(path) ?? [];
      const wheel = Object.values(this.wheels).find(({ file }) => path === `/files/${file}`);
      if (wheel) return say(200, wheel.bytes, "application/octet-stream");
      if (index !== undefined) {
        const found = this.wheels[index];
        if (!found) return say(404, {});
        const file = { filename: found.file, url: `/files/${found.file}`, hashes: {}, "upload-time": found.published };
        const body = { meta: { "api-version": "1.1" }, name: index, files: [file], versions: ["2.0"] };
        return say(200, body, "application/vnd.pypi.simple.v1+json");
      }
      if (path === "/token") return say(200, { token: `for ${searchParams.get("scope")}` });
      const [, image = "", what, tag = ""] = /^\/v2\/(.+)\/(tags|manifests)\/([^/]+)$/.exec(path) ?? [];
      if (what !== undefined) {
        const scope = `repository:${image}:pull`;
        if (headers.authorization !== `Bearer for ${scope}`) {
          const realm = `Bearer realm="${this.url}/token",service="tests",scope="${scope}"`;
          return say(401, {}, undefined, { "www-authenticate": realm });
        }
        const tags = this.images[image];
        if (!tags || (what === "manifests" && !tags[tag])) return say(404, {});
        if (what === "manifests") return say(200, {}, undefined, { "docker-content-digest": tags[tag] ?? "" });
        // A page each, as registries do with long lists.
        const names = Object.keys(tags);
        const at = names.indexOf(searchParams.get("last") ?? "") + 1;
        const next = `</v2/${image}/tags/list?n=1&last=${names[at]}>; rel="next"`;
        return say(200, { tags: [names[at]] }, undefined, at + 1 < names.length ? { link: next } : {});
      }
      const one = this.npm[path.slice(1)];
      if (!one) return say(404, { error: "Not found" });
      const { version, published, repository } = one;
      const name = path.slice(1);
      const entry = {
        name,
        version,
        repository: { url: repository },
        dist: { tarball: `${this.url}/x.tgz`, shasum: "0" },
      };
      say(200, {
        name,
        "dist-tags": { latest: version },
        versions: { [version]: entry },
        time: { [version]: published },
      });
    });
  }

  /** Its host and port, as an image's name begins with it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close().closeAllConnections();
  }
}
