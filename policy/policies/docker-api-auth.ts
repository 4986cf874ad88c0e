import { type Container, containerOf, labelsOf } from "../container";
import { resourcePolicy } from "../define";
import { absent, items, text } from "../known";
import { DockerType, type Resource } from "../resource";

/** The port of an API without TLS, by custom. */
const PLAIN_PORT = 2375;

function container({ inputs }: Container): string[] {
  const words = [...items(inputs.entrypoints), ...items(inputs.command)];
  const listens = words.some((word) => /(^|=)tcp:\/\//.test(word)) && words.some((word) => /dockerd/.test(word));
  return [
    ...(items(inputs.ports).some(({ internal }) => internal === PLAIN_PORT) ? ["publishes port 2375"] : []),
    ...(items(inputs.envs).some((env) => /^DOCKER_TLS_CERTDIR=\s*$/.test(env))
      ? ["DOCKER_TLS_CERTDIR is empty, which switches TLS off"]
      : []),
    ...(listens && !words.some((word) => /^--tlsverify(=true)?$/.test(word))
      ? ["dockerd listens on tcp without --tlsverify"]
      : []),
    ...(labelsOf(inputs)["dind-mcp.docker-api"] === "full" ? ["hands on the whole Docker API without a token"] : []),
  ];
}

function provider({ inputs }: Resource): string[] {
  const plain = /^(tcp|http):/.test(text(inputs.host) ?? "");
  const hasCertificate = !absent(inputs.certMaterial) || !absent(inputs.certPath);
  return plain && !hasCertificate ? ["talks to an engine over tcp without a client certificate"] : [];
}

export const dockerApiAuth = resourcePolicy({
  id: "docker-api-auth",
  title: "No Docker API is offered, or used, without authentication.",
  severity: "critical",
  reason: "Who reaches it is root in the engine; any web page of the machine's user can reach a port on loopback.",
  fix: "use mutual TLS (this program: dockerTlsPort); dockerApi: read-only or off",
  references: ["CIS Docker 2.7", "OWASP Docker rule 1"],
  check: (resource) => {
    const given = containerOf(resource);
    if (given) return container(given);
    return resource.type === DockerType.Provider ? provider(resource) : [];
  },
});
