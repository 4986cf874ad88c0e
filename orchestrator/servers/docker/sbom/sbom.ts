import { BoundedMap } from "../../../../lib/bounded-map";
import { type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { ServerError } from "../../server-error";
import type { ServerInfo } from "../../server-info";
import { tarEntries, UnusualImageError } from "../tar-entries";
import { type Package, readerOf } from "./packages";
import { spdx } from "./spdx";

/** Bytes of a file that is read, and packages of an image that are kept. Who made the image chose both. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_PACKAGES = 20_000;
/** Images whose packages are kept: an image never changes. */
const KEPT = 32;

export type Spdx = ReturnType<typeof spdx>;

/** Tells what the images of servers hold, as far as package managers wrote it down in them. */
export class Sbom {
  readonly #known = new BoundedMap<Promise<Package[]>>(KEPT);

  /** @param version of this project */
  constructor(
    private readonly client: EngineClient,
    private readonly version: string,
  ) {}

  /** @throws ServerError for a server without an image here, and when the engine cannot be asked */
  async of({ name, runtime }: ServerInfo): Promise<Spdx> {
    if (runtime.kind !== "container") throw new ServerError(409, `${name} runs elsewhere: no image of it is here`);
    const { id: image } = runtime.image;
    const reading = this.#known.get(image) ?? this.#read(runtime.id);
    this.#known.set(image, reading);
    const packages = await reading.catch((error: unknown) => {
      this.#known.delete(image);
      if (error instanceof UnusualImageError) throw new ServerError(409, error.message);
      throw new ServerError(502, `the image of ${name} cannot be read: ${reasonOf(error)}`);
    });
    return spdx({ server: name, image, version: this.version, created: new Date().toISOString() }, packages);
  }

  /** Docker sends the whole file system, of which only these files are kept: a second or two for most images. */
  async #read(container: string): Promise<Package[]> {
    const archive = (await this.client.streams.getContainer(container).export()) as AsyncIterable<Buffer>;
    const found = new Map<string, Package>();
    const isWanted = (path: string, size: number): boolean => size <= MOST_BYTES && readerOf(path) !== undefined;
    for await (const { path, content } of tarEntries(archive, isWanted)) {
      if (content.length === 0) continue;
      for (const one of readerOf(path)?.(content.toString("utf8")) ?? [])
        found.set(`${one.kind} ${one.name} ${one.version}`, one);
      if (found.size > MOST_PACKAGES) throw new UnusualImageError(`its image has more than ${MOST_PACKAGES} packages`);
    }
    return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
  }
}
