import type { Finding, Path } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import { PROXY, PUBLIC, parseEgress } from "./egress-hosts";
import { commonFindings, isStackSuffixed, repeated } from "./rules";
import type { Checked, Document } from "./secret-rules";
import type { Service } from "./service-types";
import { TransportType } from "./types";

/**
 * Names that mean something else in a server's network and its containers. `mcp-SERVER.replaced` is a container of the
 * server's own while a new one is tried.
 */
const TAKEN = [PROXY.host, "database", "localhost", "replaced"];

/** Where a rule for servers finds what a companion has directly. */
function inService(index: number, [first, ...rest]: Path): Path {
  return ["services", index, ...(first === "transport" ? rest : [...(first === undefined ? [] : [first]), ...rest])];
}

/** A companion as the rules for servers read it. */
function asChecked({ command, arguments: given, egress, health: _health, ...own }: Service, server: Checked): Checked {
  return {
    ...own,
    name: server.name,
    notSecrets: server.notSecrets,
    egress: egress ? server.egress : [],
    transport: { type: TransportType.StreamableHttp, command, ...(given ? { arguments: given } : {}) },
  };
}

function nameTaken({ name }: Service, { name: server, egress = [] }: Checked): Finding[] {
  const outside = egress.flatMap((text) => {
    const target = text === PUBLIC ? undefined : parseEgress(text);
    return typeof target === "object" ? [target.host] : [];
  });
  if (name !== server && !TAKEN.includes(name) && !outside.includes(name) && !isStackSuffixed(name)) return [];
  const expected = "a host name that means nothing else to the server, nor to the stack";
  return [{ path: ["name"], got: JSON.stringify(name), expected, fix: "choose another name" }];
}

function commandOrPort({ health }: Service): Finding[] {
  if ((health.command === undefined) !== (health.port === undefined)) return [];
  const got = health.command ? "both command and port" : "neither command nor port";
  return [{ path: ["health"], got, expected: "exactly one of command and port" }];
}

function wayOut({ egress }: Service, server: Checked): Finding[] {
  if (!egress || server.egress === undefined || server.egress.length > 0) return [];
  const expected = "false: its server's `egress` lists nothing";
  return [{ path: ["egress"], got: "true", expected, fix: "list hosts in the server's egress, or remove it" }];
}

/** Checks what spans several fields of a companion, and how companions and their server fit together. */
export function serviceFindings(server: Checked, document: Document): Finding[] {
  const { services = [], user } = server;
  const written = Array.isArray(document.services) ? (document.services as unknown[]) : [];
  const own = services.flatMap((service, index) => {
    const text = written[index];
    return [
      ...commonFindings(asChecked(service, server), isMapping(text) ? text : {}),
      ...nameTaken(service, server),
      ...commandOrPort(service),
      ...wayOut(service, server),
    ].map((finding) => ({ ...finding, path: inService(index, finding.path) }));
  });
  const names = repeated(
    services.map(({ name }) => name),
    (index) => ["services", index, "name"],
  );
  const users = [...(user === undefined ? [] : [user]), ...services.map((service) => service.user)];
  const offset = users.length - services.length;
  const same = repeated(users.map(String), (index) => ["services", index - offset, "user"]).map((finding) => {
    return { ...finding, fix: "give each companion a user of its own" };
  });
  return [...own, ...names, ...same];
}
