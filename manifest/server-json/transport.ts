import type { Published } from "./docker-run";
import { fill, hint, isSecretInput, type Named } from "./inputs";
import { type ImportNote, note, toFill } from "./notes";
import type { ServerPackage } from "./schema";

/** `transport` of a manifest. */
export interface Reach {
  type: string;
  command?: string[];
  /** Of the image's own entry point. */
  arguments?: string[];
  port?: number;
  path?: string;
}

const URL_PARTS = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]+)(?::([^/?#]*))?([^?#]*)(.*)$/s;
/** Names of the machine itself, under which a client outside of a container would reach it. */
const OWN_HOST = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)$/;

/**
 * How the server is started, and reached inside its container.
 * @param named values of the arguments and variables, which a URL may name
 * @param ports what `docker run -p` publishes: a URL has the machine's port, and the server listens on the container's
 */
export function transport(
  { transport: reach }: ServerPackage,
  started: Pick<Reach, "command" | "arguments">,
  { named, ports, notes }: { named: Named; ports: Published[]; notes: ImportNote[] },
): Reach {
  const unused = (some: Published[]): void => {
    const texts = some.map(({ host, container }) => `-p ${host ? `${host}:` : ""}${container}`);
    if (texts.length > 0) notes.push(note(["runtimeArguments"], `${texts.join(", ")} left out: no port is published`));
  };
  if (reach.type === "stdio") {
    unused(ports);
    return { type: "stdio", ...started };
  }
  const { text } = fill(reach.url, {}, named);
  const [, scheme, host = "", told, path = "", rest] = URL_PARTS.exec(text) ?? [];
  const given = told ?? (scheme === "https" ? "443" : scheme && "80");
  const published = ports.find((one) => one.host === given) ?? (ports.length === 1 ? ports[0] : undefined);
  unused(ports.filter((one) => one !== published));
  const port = /^\d{1,5}$/.test(published?.container ?? given ?? "")
    ? Number(published?.container ?? given)
    : undefined;
  const isPath = /^\/[A-Za-z0-9._~/-]*$/.test(path || "/") && scheme !== undefined;
  if (port === undefined)
    notes.push(toFill(["transport", "port"], `fill in; the URL ${text} has variables without a value`));
  if (!isPath) notes.push(toFill(["transport", "path"], `fill in; the URL is ${text}`));
  if (scheme === "https")
    notes.push(note(["transport"], "https left out: it is spoken to in its own network, by http"));
  if (rest) notes.push(note(["transport", "path"], `${rest} of the URL was left out; a path has none`));
  if (scheme && !OWN_HOST.test(host)) {
    notes.push(note(["transport"], `the host ${host} of the URL was left out; it is reached in its own network`));
  }
  for (const header of reach.headers ?? []) {
    const secret = isSecretInput(header) ? ", a secret" : "";
    const text = `the header ${header.name}${secret}${hint(header)} was left out: nothing here sends it to the server`;
    notes.push(note(["transport"], text));
  }
  return {
    type: reach.type,
    ...started,
    ...(port === undefined ? {} : { port }),
    ...(isPath ? { path: path || "/" } : {}),
  };
}
