import { type EngineClient, reasonOf, statusOf } from "../../../../lib/docker-client";
import { ServerError } from "../../server-error";
import { linesOf } from "../event-stream";
import { mustBePublic } from "./registries";

/** Called with each step of a deployment, in a short sentence. */
export type Progress = (step: string) => void;

const PULL_MS = 15 * 60_000;
/** Progress lines of a pull come many times a second. */
const TOLD_EVERY_MS = 1_000;

/** An image that the engine has. */
export interface PresentImage {
  id: string;
  /** True when the engine did not have the image before. */
  pulled: boolean;
}

/**
 * Finds an image, and pulls it when the engine has none of that name.
 * @param allowed `deploy.images` of the config: the registries it names may have private addresses
 * @throws ServerError, ProblemsError
 */
export async function presentImage(
  client: EngineClient,
  reference: string,
  allowed: readonly string[],
  told: Progress,
): Promise<PresentImage> {
  const present = await idOf(client, reference);
  if (present !== undefined) return { id: present, pulled: false };
  await mustBePublic(reference, allowed);
  told(`pulling ${reference}`);
  await pull(client, reference, told);
  const id = await idOf(client, reference);
  if (id === undefined) throw new ServerError(422, `image ${reference} was pulled, but is not there`);
  return { id, pulled: true };
}

/** The id of an image; undefined when the engine has none of that name. */
export async function idOf({ api }: EngineClient, reference: string): Promise<string | undefined> {
  try {
    return (await api.getImage(reference).inspect()).Id;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function pull({ streams }: EngineClient, reference: string, told: Progress): Promise<void> {
  let last = 0;
  try {
    const stream = await streams.pull(reference, { abortSignal: AbortSignal.timeout(PULL_MS) });
    for await (const line of linesOf(stream)) {
      // Docker answers 200 first, and says in the stream what went wrong.
      const { status, id, progress, error } = JSON.parse(line) as Record<string, string | undefined>;
      if (error) throw new Error(error);
      if (Date.now() - last < TOLD_EVERY_MS) continue;
      last = Date.now();
      told([id, status, progress].filter(Boolean).join(" "));
    }
  } catch (error) {
    throw new ServerError(422, `image ${reference} cannot be pulled: ${reasonOf(error)}`);
  }
}

/** Returns an image for the carrier of secret files: the stack's own empty one, else the given one. */
export async function carrierImage({ api }: EngineClient, fallback: string): Promise<string> {
  const [carrier] = await api.listImages({ filters: { reference: ["mcp-carrier:*"] } });
  return carrier?.Id ?? fallback;
}
