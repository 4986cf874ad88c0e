import assert from "node:assert/strict";
import { DockerType } from "../../../lib/docker-types";
import type { Registered } from "./mocks";

/** Type and name of all children of a resource. */
export function children(resources: Registered[], parent: string): string[] {
  return resources.filter((resource) => resource.parent === parent).map(({ id }) => id);
}

/** The one resource of an id, or of a name where nothing else has it. */
export function only(resources: Registered[], idOrName: string): Registered {
  const found = resources.filter(({ id, name }) => idOrName === id || idOrName === name);
  assert.equal(
    found.length,
    1,
    `${found.length} resources are ${idOrName}: ${resources.map(({ id }) => id).join("\n")}`,
  );
  return found[0] as Registered;
}

export const container = (resources: Registered[], name: string) => only(resources, `${DockerType.Container} ${name}`);

/** The labels of a docker resource, by name; those that are stated as empty are left out. */
export function labelsOf({ inputs }: Registered): Record<string, string> {
  const labels = inputs.labels as { label: string; value: string }[];
  return Object.fromEntries(labels.flatMap(({ label, value }) => (value === "" ? [] : [[label, value]])));
}

/** The inputs named, to compare with what is expected of them; absent ones are undefined. */
export function pick({ inputs }: Registered, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, inputs[key]]));
}

/** What plain state would show of all resources. */
export function visible(resources: Registered[]): string {
  return resources.map((resource) => `${resource.id} ${resource.visible}`).join("\n");
}
