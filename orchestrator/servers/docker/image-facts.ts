import type { EngineClient } from "../../../lib/docker-client";
import type { ContainerRuntime } from "../server-info";

/** What an image's registry and its makers say of it. */
export type ImageFacts = Omit<ContainerRuntime["image"], "id">;

/** Builds that give the same bytes each time say that they were made long ago. */
const BELIEVED_SINCE = Date.parse("2013-01-01T00:00:00Z");

/** The images' digests in their registries, and their ages. They never change, so Docker is asked once for each. */
export class ImagesFacts {
  readonly #known = new Map<string, ImageFacts>();

  constructor(private readonly client: EngineClient) {}

  /** @returns nothing of an image that Docker told nothing of, and no digest of one that was built here */
  async of(image: string): Promise<ImageFacts> {
    const known = this.#known.get(image);
    if (known) return known;
    const told = await this.client.api
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    if (!told) return {}; // asked again the next time
    const digest = told.RepoDigests?.[0]?.split("@")[1];
    const created = Date.parse(told.Created ?? "");
    const facts = {
      ...(digest === undefined ? {} : { digest }),
      ...(created > BELIEVED_SINCE ? { created: new Date(created).toISOString() } : {}),
    };
    this.#known.set(image, facts);
    return facts;
  }
}
