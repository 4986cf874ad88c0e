import type { EngineClient } from "../../../lib/docker-client";

/** The digests that images have in their registries. They never change, so Docker is asked once for each. */
export class ImageDigests {
  readonly #known = new Map<string, string | undefined>();

  constructor(private readonly client: EngineClient) {}

  /** @returns undefined for an image that was built here, or that Docker told nothing of */
  async of(image: string): Promise<string | undefined> {
    if (this.#known.has(image)) return this.#known.get(image);
    const told = await this.client.api
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    const digest = told?.RepoDigests?.[0]?.split("@")[1];
    if (told) this.#known.set(image, digest); // otherwise asked again the next time
    return digest;
  }
}
