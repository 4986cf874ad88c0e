import { DockerType } from "../../lib/docker-types";
import { containerOf } from "../container";
import { resourcePolicy } from "../define";
import { text, UNKNOWN } from "../known";
import type { Resource } from "../resource";

interface Config {
  allowed: string[];
}

/** The image a resource runs or pulls; nothing where it is built here, or is another resource's and not known yet. */
function image(resource: Resource): string | undefined {
  const container = containerOf(resource);
  if (container) return text(container.inputs.image);
  if (resource.type !== DockerType.Image || (resource.inputs.build ?? UNKNOWN) !== UNKNOWN) return undefined;
  return text(resource.inputs.name);
}

export const pinnedImages = resourcePolicy<Config>({
  id: "pinned-images",
  title: "Images are named by digest, or built here.",
  severity: "medium",
  reason: "A tag is whatever its owner makes of it tomorrow: a server would change without a change in the stack.",
  fix: "name@sha256:..., or the imageId of a RemoteImage with `build`",
  references: ["CIS Docker 4.2", "OWASP Docker rule 13", "OWASP MCP Top 10: MCP03, MCP04"],
  settings: {
    allowed: {
      schema: { type: "array", description: "Images that may go by a tag, as written.", items: { type: "string" } },
      default: [],
    },
  },
  check: (resource, { allowed }) => {
    const name = image(resource);
    const pinned = name === undefined || /(^|@)sha256:[0-9a-f]{64}$/.test(name) || allowed.includes(name);
    return pinned ? [] : [`the image ${name} has no digest`];
  },
});
