import { type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { MEBIBYTE } from "../../../../lib/sizes";
import { learningOptions, learningProxyName } from "../../../../manifest/container/learning";
import type { Manifest } from "../../../../manifest/types";
import type { Log } from "../../../log";
import { ServerError } from "../../server-error";
import type { ContainerServer } from "../../server-info";
import type { Opening } from "../deploy/deployment";
import { UnusualImageError } from "../tar-entries";
import { type ImageFolders, openFolders } from "./open-folders";
import { measure, type Peaks } from "./peaks";
import { startProxy } from "./proxy";
import { killWhenFull, MOST_WRITTEN } from "./written";

/** A copy that learns. */
export interface Learning {
  server: string;
  copy: string;
  /** Milliseconds since 1970, when it ends by itself. */
  until: number;
  folders?: ImageFolders;
  peaks: Peaks;
  /** Why it was stopped before its time. */
  ended?: string;
  stop: AbortController;
  timer?: NodeJS.Timeout;
}

const FULL = `it was stopped: it had written more than ${MOST_WRITTEN / MEBIBYTE} MiB into its root file system`;
/** Before its image was read. */
export const NOT_READ: ImageFolders = { all: new Set(), filled: new Set(), mounted: [] };

export interface LearningOpening {
  client: EngineClient;
  /** "project/stack". */
  stack: string;
  log: Log;
  server: ContainerServer;
  /** The copy's. */
  manifest: Manifest;
  /** Takes in what it shows. */
  learning: Learning;
}

/** How a copy that learns is made, and measured from then on. */
export function learningOpening({ client, stack, log, server, manifest, learning }: LearningOpening): Opening {
  return {
    image: server.runtime.image.id,
    parts: [`container ${learningProxyName(manifest.name)}`],
    reach: () => startProxy(client, stack, manifest),
    options: (spec) => learningOptions(spec, manifest, learning),
    prepare: async (container, { mounts, tmpfs }) => {
      const mounted = [...mounts.map(({ target }) => target), ...Object.keys(tmpfs)];
      learning.folders = await openFolders(container, manifest.user, mounted).catch((error: unknown) => {
        throw error instanceof UnusualImageError ? new ServerError(409, `no copy can learn: ${error.message}`) : error;
      });
      const { signal } = learning.stop;
      const told = (): void => {
        learning.ended = FULL;
      };
      for (const work of [
        measure(client, container.id, learning.peaks, signal),
        killWhenFull(client, container.id, { signal, told }),
      ])
        work.catch((error) =>
          log.error({ server: learning.copy, reason: reasonOf(error) }, "a copy is no longer measured"),
        );
    },
  };
}
