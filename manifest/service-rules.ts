import type { Finding, Path } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import { PROXY, PUBLIC, parseEgress } from "./egress-hosts";
import { commonFindings, isStackSuffixed, repeated } from "./rules";
import type { Checked, Document } from "./secret-rules";
import { MOST_SERVICES } from "./service-schema";
import type { Service, SharedService } from "./service-types";
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

/** A companion or a shared service as the rules for servers read it. */
function asChecked(
  { command, arguments: given, health: _health, ...own }: Omit<Service, "egress">,
  { name, notSecrets, egress }: Pick<Checked, "name" | "notSecrets" | "egress">,
): Checked {
  return {
    ...own,
    ...{ name, notSecrets, egress },
    transport: { type: TransportType.StreamableHttp, command, ...(given ? { arguments: given } : {}) },
  };
}

function nameTaken(name: string, { name: server, egress = [] }: Checked): Finding[] {
  const outside = egress.flatMap((text) => {
    const target = text === PUBLIC ? undefined : parseEgress(text);
    return typeof target === "object" ? [target.host] : [];
  });
  if (name !== server && !TAKEN.includes(name) && !outside.includes(name) && !isStackSuffixed(name)) return [];
  const expected = "a host name that means nothing else to the server, nor to the stack";
  return [{ path: [], got: JSON.stringify(name), expected, fix: "choose another name" }];
}

/** The same with the path at which the name is. */
const nameTakenAt = (path: Path, name: string, server: Checked): Finding[] =>
  nameTaken(name, server).map((finding) => ({ ...finding, path }));

function commandOrPort({ health }: Pick<Service, "health">): Finding[] {
  if ((health.command === undefined) !== (health.port === undefined)) return [];
  const got = health.command ? "both command and port" : "neither command nor port";
  return [{ path: ["health"], got, expected: "exactly one of command and port" }];
}

function wayOut({ egress }: Service, server: Checked): Finding[] {
  if (!egress || server.egress === undefined || server.egress.length > 0) return [];
  const expected = "false: its server's `egress` lists nothing";
  return [{ path: ["egress"], got: "true", expected, fix: "list hosts in the server's egress, or remove it" }];
}

/** The shared services that a server names, and the secrets that it has of them. */
function usesFindings({ uses = [], services = [], secrets = [], ...server }: Checked): Finding[] {
  const taken = uses.flatMap((name, index) => nameTakenAt(["uses", index], name, server));
  const names = [...services.map(({ name }) => name), ...uses];
  const same = repeated(names, (index) => ["uses", index - services.length]);
  const many =
    names.length > MOST_SERVICES
      ? [
          {
            path: ["uses"],
            got: `${names.length} with services`,
            expected: `at most ${MOST_SERVICES} of both together`,
          },
        ]
      : [];
  const foreign = secrets.flatMap(({ from }, index): Finding[] => {
    if (from === undefined || uses.includes(from.split(".")[0] ?? "")) return [];
    const expected = `a secret of a service that the server uses: ${uses.join(", ") || "it uses none"}`;
    return [{ path: ["secrets", index, "from"], got: JSON.stringify(from), expected, fix: "name the service in uses" }];
  });
  return [...taken, ...same.filter(({ path }) => Number(path[1]) >= 0), ...many, ...foreign];
}

/** Checks what spans several fields of a shared service. */
export function sharedServiceFindings(service: SharedService, document: Document): Finding[] {
  const all = commonFindings(asChecked(service, { ...service, egress: [] }), document);
  const own = all.map(({ path, ...finding }) => ({ ...finding, path: path[0] === "transport" ? path.slice(1) : path }));
  return [...own, ...nameTakenAt(["name"], service.name, {}), ...commandOrPort(service)];
}

/** Checks what spans several fields of a companion, and how companions and their server fit together. */
export function serviceFindings(server: Checked, document: Document): Finding[] {
  const { services = [], user } = server;
  const written = Array.isArray(document.services) ? (document.services as unknown[]) : [];
  const own = services.flatMap((service, index) => {
    const text = written[index];
    return [
      ...commonFindings(
        asChecked(service, { ...server, egress: service.egress ? server.egress : [] }),
        isMapping(text) ? text : {},
      ),
      ...nameTakenAt(["name"], service.name, server),
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
  return [...own, ...names, ...same, ...usesFindings(server)];
}
