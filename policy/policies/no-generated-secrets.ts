import { DockerType } from "../../lib/docker-types";
import { stackPolicy } from "../define";

/** Resources that make secrets. */
const MAKERS = /^(random:index\/random(Password|Bytes):|tls:index\/privateKey:)/;
/** Inputs, by type, that everybody who may ask the engine can read. */
const VISIBLE: Record<string, string[]> = {
  [DockerType.Container]: ["envs", "labels", "command", "entrypoints", "hostname", "healthcheck", "logOpts"],
  [DockerType.Image]: ["build"],
  [DockerType.Network]: ["labels"],
  [DockerType.Volume]: ["labels", "driverOpts"],
};

export const noGeneratedSecrets = stackPolicy({
  id: "no-generated-secrets",
  title: "No password or key that the stack makes goes into a container's environment, labels or arguments.",
  severity: "critical",
  reason: "By its name nobody can tell; by where it comes from Pulumi can, before its value is known.",
  fix: "deliver it as a file (this program: VolumeFiles)",
  references: ["CIS Docker 4.10", "OWASP Docker rule 12", "OWASP Secrets Management cheat sheet"],
  check: (resources) =>
    resources.flatMap((resource) =>
      (VISIBLE[resource.type] ?? []).flatMap((input) => {
        const maker = resource.madeFrom[input]?.find((type) => MAKERS.test(type));
        return maker ? [{ resource, problem: `${input} holds what ${maker.split(":")[2]} made` }] : [];
      }),
    ),
});
