import type { ContainerCreateOptions } from "dockerode";
import type { Manifest } from "../types";
import type { ContainerSpec } from "./container-types";
import { createOptions } from "./create-options";
import { Label } from "./labels";
import { learningName } from "./learning";
import { containerName } from "./names";

/**
 * The image that a rehearsal of a server runs. Who asks for a rehearsal cannot name another: it takes the engine's own API
 * to put one there.
 */
export function rehearsalImage(server: string): string {
  return `${containerName(server)}-rehearsal:next`;
}

/**
 * The manifest of a copy that rehearses a newer image: the same walls and ways out. Folders of the host are left out, and
 * the workspace is read-only: nothing of anybody's is changed.
 */
export function rehearsalManifest(manifest: Manifest, user: number): Manifest {
  const { name, mounts, sessions } = manifest;
  return {
    ...manifest,
    name: learningName(name),
    user,
    mounts: mounts.filter(({ volume }) => volume !== undefined).map((mount) => ({ ...mount, readOnly: true })),
    sessions: { ...sessions, warmPool: 0 },
  };
}

/**
 * The container of such a copy: as the manifest says, marked as what goes by itself.
 * @param copy the server that it is a copy of; milliseconds since 1970, when it is to be removed
 */
export function rehearsalOptions(
  spec: ContainerSpec,
  { server, until }: { server: string; until: number },
): ContainerCreateOptions {
  const labels = { ...spec.labels, [Label.LearnsUntil]: String(until), [Label.CopyOf]: server };
  return createOptions({ ...spec, labels });
}
