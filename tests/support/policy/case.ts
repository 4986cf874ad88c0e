import { DockerType } from "../../../lib/docker-types";
import { container, type Given } from "./resources";

export interface Case {
  what: string;
  given: Given[];
  config?: Record<string, unknown>;
}

export interface Cases {
  passes: Case[];
  /** Each with what the one violation has to say. */
  fails: (Case & { says: RegExp })[];
}

/** A case of one resource. */
export const one = (what: string, given: Given, config?: Record<string, unknown>): Case => ({
  what,
  given: [given],
  ...(config ? { config } : {}),
});
/** A case of one resource that breaks the policy. */
export const bad = (what: string, says: RegExp, given: Given, config?: Record<string, unknown>) => ({
  ...one(what, given, config),
  says,
});

/** A volume, on the host. */
export const volume = (props: Record<string, unknown> = {}, more: Omit<Given, "props"> = {}): Given => ({
  type: DockerType.Volume,
  props: { name: "mcp-data", ...props },
  ...more,
});

/** A container that publishes port 80. */
export const port = (ip: string | undefined, external = 80, more: Omit<Given, "props"> = {}): Given =>
  container({ ports: [{ internal: 80, external, ...(ip === undefined ? {} : { ip }) }] }, more);

/** A container with this environment. */
export const envs = (...list: (string | symbol)[]): Given => container({ envs: list });

/** What is missing in a container that carries files. */
export const neverStarted = {
  start: false,
  user: undefined,
  readOnly: undefined,
  securityOpts: undefined,
  memory: undefined,
};
