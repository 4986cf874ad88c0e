import { DockerType } from "../../lib/docker-types";
import { Label } from "../../manifest/container/labels";
import { commandOf, shellWords } from "../arguments";
import { type Container, type ContainerInputs, containerOf, labelsOf } from "../container";
import { resourcePolicy } from "../define";
import { absent, isOpen, items, text } from "../known";
import type { Resource } from "../resource";

/** The port of an API without TLS, by custom. */
const PLAIN_PORT = 2375;
const TCP = /^(tcp|https?):\/\//i;

/** What `-H` and `--host` name, in all ways to write them. */
function hosts(words: string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === "-H" || word === "--host") return words[index + 1] ?? [];
    return /^(?:-H=?|--host=)(.+)$/.exec(word)?.[1] ?? [];
  });
}

/** True when a daemon or its client uses the network without verifying the other side. */
function isPlain(inputs: ContainerInputs): boolean {
  const words = shellWords(commandOf(inputs));
  const isDocker =
    words.some((word) => /(^|\/)(dockerd?|dockerd-entrypoint\.sh)$/.test(word)) ||
    /(^|\/)docker([:@]|$)|dind/.test(text(inputs.image) ?? "");
  const network = hosts(words).some((host) => TCP.test(host) || (isDocker && !/^(unix|fd|npipe|ssh):/.test(host)));
  const verify = words.filter((word) => word.startsWith("--tlsverify"));
  const verifies = verify.length > 0 && verify.every((word) => /^--tlsverify(=(true|1))?$/i.test(word));
  return network && !verifies && !isOpen(inputs.command) && !isOpen(inputs.entrypoints);
}

/** True for a daemon.json among the files it gets that opens the network without TLS. */
function hasPlainConfig({ uploads }: ContainerInputs): boolean {
  return items(uploads).some(({ file, content, contentBase64 }) => {
    const json = text(content) ?? Buffer.from(text(contentBase64) ?? "", "base64").toString();
    const opens = /"hosts"\s*:\s*\[[^\]]*"(tcp:|[\w.]*:\d)/.test(json);
    return (text(file) ?? "").endsWith(".json") && opens && !/"tlsverify"\s*:\s*true/.test(json);
  });
}

function environment({ envs }: ContainerInputs): string[] {
  const list = items(envs);
  const isClient = list.some((env) => TCP.test(/^DOCKER_HOST=(.*)$/.exec(env)?.[1] ?? ""));
  const verifies = isOpen(envs) || list.some((env) => /^DOCKER_TLS_VERIFY=./.test(env));
  return [
    // Without a "=" Docker removes the image's own variable.
    ...(list.some((env) => /^DOCKER_TLS_CERTDIR(=\s*)?$/.test(env))
      ? ["DOCKER_TLS_CERTDIR is empty, which switches TLS off"]
      : []),
    ...(isClient && !verifies ? ["DOCKER_HOST is on the network, without DOCKER_TLS_VERIFY"] : []),
  ];
}

function container({ inputs }: Container): string[] {
  return [
    ...(items(inputs.ports).some(({ internal }) => internal === PLAIN_PORT) ? ["publishes port 2375"] : []),
    ...environment(inputs),
    ...(isPlain(inputs) ? ["Docker on tcp without --tlsverify"] : []),
    ...(hasPlainConfig(inputs) ? ["its daemon.json has hosts on tcp without tlsverify"] : []),
    ...(labelsOf(inputs)[Label.DockerApi] === "full" ? ["hands on the whole Docker API without a token"] : []),
  ];
}

function provider({ inputs }: Resource): string[] {
  const plain = TCP.test(text(inputs.host) ?? "");
  const hasCertificate = !absent(inputs.certMaterial) || !absent(inputs.certPath);
  return plain && !hasCertificate ? ["talks to an engine over tcp without a client certificate"] : [];
}

export const dockerApiAuth = resourcePolicy({
  id: "docker-api-auth",
  title: "No Docker API is offered, or used, without authentication.",
  severity: "critical",
  reason: "Who reaches it is root in the engine; any web page of the machine's user can reach a port on loopback.",
  fix: "use mutual TLS (this program: dockerTlsPort); dockerApi: read-only or off",
  references: ["CIS Docker 2.8", "OWASP Docker rule 1"],
  check: (resource) => {
    const given = containerOf(resource);
    if (given) return container(given);
    return resource.type === DockerType.Provider ? provider(resource) : [];
  },
});
