import type Docker from "dockerode";
import type { z } from "zod";
import type { ApiClient } from "../../api/client";
import { ApiError, ApiErrorKind } from "../../api/error";
import { paths } from "../../api/paths";
import type { rehearsalSchema } from "../../api/schemas/rehearsal";
import type { Settings } from "../../config/settings";
import type { Outputs } from "../../stack/outputs";
import { failedBuildLines } from "../engine/builds/last-lines";
import { CliError } from "../errors";
import type { Draft } from "./draft";
import { makeRehearsalImage, removeRehearsalImage } from "./image";

/** How the newer version of a server did, beside the one that runs. */
export interface Rehearsed extends Partial<Omit<z.infer<typeof rehearsalSchema>, "server">> {
  /** Its image could be made, and it did not fail. */
  fit: boolean;
}

/** What a rehearsal needs. */
export interface Stage {
  api: ApiClient;
  /** The engine, without a limit of time. */
  docker: Docker;
  outputs: Pick<Outputs, "endpoints" | "tls" | "servers">;
  settings: Pick<Settings, "registries">;
}

/** Makes a draft's image in the engine, runs it once as a throwaway copy, and takes both away. */
export async function rehearse({ api, docker, outputs, settings }: Stage, draft: Draft): Promise<Rehearsed> {
  if (draft.shared) return { fit: true, untried: "there are no copies of a shared service" };
  const began = Date.now();
  try {
    await makeRehearsalImage(docker, draft, settings.registries);
    if (!outputs.servers[draft.server]) return { fit: true, untried: "the stack does not run it" };
    const { server: _, ...said } = await api.post<z.infer<typeof rehearsalSchema>>(paths.rehearsal(draft.server));
    return { fit: said.healthy || said.untried !== undefined, ...said };
  } catch (error) {
    if (error instanceof ApiError && error.kind !== ApiErrorKind.Unreachable)
      return { fit: false, reason: error.message };
    if (!(error instanceof CliError)) throw error;
    const logs = await failedBuildLines(outputs, error.message, began);
    return { fit: false, reason: error.message, ...(logs.length > 0 ? { logs } : {}) };
  } finally {
    await removeRehearsalImage(docker, draft.server);
  }
}
