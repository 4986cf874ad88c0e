import type { EngineClient } from "../../../../lib/docker-client";
import { learningProxyName } from "../../../../manifest/container/learning";
import { rehearsalOptions } from "../../../../manifest/container/rehearsal";
import { storageOf } from "../../../../manifest/storage";
import type { Manifest } from "../../../../manifest/types";
import type { ContainerServer } from "../../server-info";
import type { Opening } from "../deploy/deployment";
import { startProxy } from "./proxy";
import { copyStorage } from "./stored-copy";

export interface Rehearsal {
  client: EngineClient;
  /** "project/stack". */
  stack: string;
  /** Id of the image that is rehearsed. */
  image: string;
  /** The server as it runs. */
  server: ContainerServer;
  /** The copy's. */
  manifest: Manifest;
  learning: { server: string; until: number };
}

/** How a copy that rehearses is made: its image is another one, and what the server keeps is copied for it. */
export function rehearsalOpening({ client, stack, image, server, manifest, learning }: Rehearsal): Opening {
  return {
    image,
    parts: [`container ${learningProxyName(manifest.name)}`],
    reach: async () => {
      if (manifest.egress.length > 0) await startProxy(client, stack, manifest);
    },
    options: (spec) => rehearsalOptions(spec, learning),
    prepare: async (container) => {
      const original = client.streams.getContainer(server.runtime.id);
      await copyStorage(original, container, { folders: storageOf(manifest), uid: manifest.user });
    },
  };
}
