import { DockerType } from "../../lib/docker-types";
import { resourcePolicy } from "../define";
import { isOnHost } from "../resource";

interface Config {
  production: boolean;
}

export const protectedVolumes = resourcePolicy<Config>({
  id: "protected-volumes",
  title: "In a stack marked production, data volumes are protected.",
  severity: "high",
  reason: "One `destroy`, or one changed name, deletes the database and the audit log for good.",
  fix: "set the resource option protect: true (this program: protectVolumes)",
  references: ["Pulumi: the resource option protect"],
  settings: {
    production: {
      schema: { type: "boolean", description: "True in the policy config of a stack whose data must stay." },
      default: false,
    },
  },
  // Volumes inside the engine are on the engine's own, which is on the host.
  check: (resource, { production }) =>
    production && resource.type === DockerType.Volume && isOnHost(resource) && !resource.protect
      ? ["is not protected"]
      : [],
});
