import type { OrchestratorConfig } from "../../../../config/orchestrator-config";
import { isMapping } from "../../../../lib/mapping";
import { matchesPattern } from "../../../../lib/name-pattern";
import type { Problem } from "../../../../lib/problems";
import { MEBIBYTE, parseBytes } from "../../../../lib/sizes";
import { parseManifest, secretFiles } from "../../../../manifest/manifest";
import type { Service } from "../../../../manifest/service-types";
import { HOME } from "../../../../manifest/storage";
import { type Manifest, TransportType } from "../../../../manifest/types";
import type { ServerInfo } from "../../server-info";

export type DeployPolicy = OrchestratorConfig["deploy"];
type Users = Pick<Manifest, "user"> & { services?: Pick<Service, "user">[] };
type Taken = Pick<ServerInfo, "name" | "managedBy"> & { manifest: Users };

export interface DeployRequest {
  /** The manifest, as JSON gave it; `user` may be left out. */
  document: unknown;
  /** Values of the server's secrets. A server that exists already keeps the values that are left out. */
  secrets: Record<string, string>;
  policy: DeployPolicy;
  /** All servers there are, and those being deployed right now. */
  servers: Taken[];
  /** Storage that deployed servers have or have left, with its users. @default none */
  stored?: { server: string; uid: number }[];
  /** Names of the secrets that the server has a value for already. */
  kept: string[];
}

const FILE = "manifest";
const CATALOG = "such servers belong in the catalog (mcp/NAME/server.yaml)";
const RUNS_ITS_IMAGE = "false: an extra server runs what its image holds, and nothing it wrote";
const [FIRST_USER, LAST_USER] = [11_000, 14_995];
/** Largest secret, in bytes. */
const LONGEST_SECRET = 64 * 1024;

const problem = (path: string, got: string, expected: string, fix?: string): Problem => ({
  file: FILE,
  path,
  got,
  expected,
  ...(fix ? { fix } : {}),
});

/** Checks a whole deployment at once. Returns the manifest when nothing is wrong. No problem shows a secret's value. */
export function checkDeployment(request: DeployRequest): { manifest?: Manifest; problems: Problem[] } {
  const document = withUser(request);
  const { manifest, problems } = parseManifest(document, FILE);
  // The limits apply to a valid manifest with its defaults, and to an invalid one as it was written.
  const view: Record<string, unknown> = manifest ? { ...manifest } : isMapping(document) ? document : {};
  const all = [
    ...problems,
    ...belongsInCatalog(view),
    ...beyondPolicy(view, request.policy),
    ...clashes(view, request),
    ...(manifest ? secretProblems(manifest, request) : []),
  ];
  return all.length > 0 || !manifest ? { problems: all } : { manifest, problems: [] };
}

/** The document with a user: its own, that of the server it replaces, or a free one. */
function withUser({ document, servers, stored = [] }: DeployRequest): unknown {
  if (!isMapping(document) || document.user !== undefined) return document;
  const same = servers.find(({ name, managedBy }) => name === document.name && managedBy === "api");
  return { ...document, user: same?.manifest.user ?? freeUser(servers, document.name, stored) };
}

/**
 * Picks a free user, from the highest down: the catalog counts up from the lowest, and must find its next users free.
 * The user of storage that a server of that name has left comes first; those of other storage wait for their servers.
 */
export function freeUser(
  servers: Taken[],
  name: unknown,
  stored: { server: string; uid: number }[],
): number | undefined {
  const taken = new Set(servers.flatMap(({ manifest }) => usersOf(manifest)));
  const own = stored.find(({ server, uid }) => server === name && !taken.has(uid));
  if (own) return own.uid;
  for (const { uid } of stored) taken.add(uid);
  for (let user = LAST_USER; user >= FIRST_USER; user -= 1) if (!taken.has(user)) return user;
}

/** A server's users: its own, and its companions'. */
const usersOf = ({ user, services = [] }: Users): number[] => [user, ...services.map((service) => service.user)];

function belongsInCatalog({ build, egress, database, services, uses, transport }: Record<string, unknown>): Problem[] {
  if (isMapping(transport) && transport.type === TransportType.Remote)
    return [problem("transport.type", '"remote"', `a server that runs here: ${CATALOG}`)];
  const asked = {
    build: build !== undefined,
    egress: Array.isArray(egress) ? egress.length > 0 : egress !== undefined && egress !== "none",
    database: database === true,
    services: Array.isArray(services) ? services.length > 0 : services !== undefined,
    uses: Array.isArray(uses) ? uses.length > 0 : uses !== undefined,
  };
  return Object.entries(asked)
    .filter(([, there]) => there)
    .map(([path]) => problem(path, "a value", `nothing: ${CATALOG}`));
}

function beyondPolicy(
  { image, resources, mounts, scratch, storage, home }: Record<string, unknown>,
  policy: DeployPolicy,
): Problem[] {
  const { cpus, memory, processes } = isMapping(resources) ? resources : {};
  const found: Problem[] = [];
  const limit = (path: string, got: unknown, value: unknown, most: number, shown: number | string): void => {
    if (typeof value === "number" && value > most) found.push(problem(path, String(got), `at most ${shown}`));
  };
  if (typeof image === "string" && !policy.images.some((pattern) => matchesPattern(pattern, image))) {
    found.push(
      problem("image", JSON.stringify(image), `one of the allowed images: ${policy.images.join(", ") || "none"}`),
    );
  }
  limit("resources.cpus", cpus, cpus, policy.cpus, policy.cpus);
  const bytes = typeof memory === "string" ? parseBytes(memory) : undefined;
  limit("resources.memory", memory, bytes, parseBytes(policy.memory) ?? 0, policy.memory);
  limit("resources.processes", processes, processes, policy.processes, policy.processes);
  if (isMapping(scratch) && scratch.exec === true) found.push(problem("scratch.exec", "true", RUNS_ITS_IMAGE));
  for (const [index, one] of (Array.isArray(storage) ? storage : []).entries())
    if (isMapping(one) && one.exec === true) found.push(problem(`storage.${index}.exec`, "true", RUNS_ITS_IMAGE));
  const kept = storageBytes(storage, home);
  limit("storage", `${Math.ceil(kept / MEBIBYTE)}m in all`, kept, parseBytes(policy.storage) ?? 0, policy.storage);
  return [...found, ...folderProblems(mounts), ...workspaceProblems(mounts, policy)];
}

const isFolder = (mount: unknown): boolean => isMapping(mount) && mount.folder !== undefined;

/** Only the stack's config lends folders of the host, never who holds a token. */
function folderProblems(mounts: unknown): Problem[] {
  if (!Array.isArray(mounts)) return [];
  return mounts.flatMap((mount: unknown, index) =>
    isFolder(mount)
      ? [problem(`mounts.${index}.folder`, "a folder of the host", `none: the stack's config lends them; ${CATALOG}`)]
      : [],
  );
}

/** What all storage may hold together, as far as that can be read. */
function storageBytes(storage: unknown, home: unknown): number {
  const listed: unknown[] = Array.isArray(storage) ? storage : [];
  const sizes = [
    ...listed.map((one) => (isMapping(one) ? one.size : undefined)),
    home === true ? HOME.size : undefined,
  ];
  return sizes.reduce<number>((sum, size) => sum + ((typeof size === "string" && parseBytes(size)) || 0), 0);
}

function workspaceProblems(mounts: unknown, { workspace }: DeployPolicy): Problem[] {
  if (!Array.isArray(mounts) || workspace === "read-write") return [];
  return mounts.flatMap((mount: unknown, index) => {
    if (isFolder(mount)) return [];
    if (workspace === "none")
      return [problem(`mounts.${index}`, "a mount", "none: the stack allows extra servers no workspace")];
    if (!isMapping(mount) || mount.readOnly !== false) return [];
    return [
      problem(`mounts.${index}.readOnly`, "false", "true: the stack allows extra servers to read the workspace only"),
    ];
  });
}

function clashes({ name, user }: Record<string, unknown>, { servers, policy }: DeployRequest): Problem[] {
  const found: Problem[] = [];
  const same = servers.find((server) => server.name === name);
  const others = servers.filter((server) => server.name !== name);
  if (same?.managedBy === "pulumi") {
    found.push(problem("name", JSON.stringify(name), "a name that no server of the catalog has"));
  }
  const holder = others.find(({ manifest }) => usersOf(manifest).some((one) => one === user));
  if (holder) {
    found.push(problem("user", String(user), `a user other than that of server ${holder.name}`, "leave user out"));
  }
  if (same?.managedBy === "api" && user !== same.manifest.user) {
    const expected = `${same.manifest.user}, the user the server has: its volumes belong to it`;
    found.push(problem("user", String(user), expected, "leave user out, or remove the server first"));
  }
  const extra = others.filter(({ managedBy }) => managedBy === "api").length;
  if (!same && extra >= policy.servers) {
    found.push(problem("(the stack)", `${extra + 1} extra servers`, `at most ${policy.servers}`, "remove one of them"));
  }
  return found;
}

function secretProblems(manifest: Manifest, { secrets, kept }: DeployRequest): Problem[] {
  const declared = secretFiles(manifest);
  const names = declared.map(({ name }) => name);
  const missing = declared
    .filter(({ name, required }) => required && !Object.hasOwn(secrets, name) && !kept.includes(name))
    .map(({ name, description }) =>
      problem(`secrets.${name}`, "nothing", `a value${description ? `: ${description}` : ""}`),
    );
  const wrong = Object.entries(secrets).flatMap(([name, value]) => {
    const path = `secrets.${name}`;
    if (!names.includes(name)) {
      const expected = `one of the server's secrets: ${names.join(", ") || "it has none"}`;
      return [problem(path, "a value", expected, "correct the spelling, or remove it")];
    }
    const bytes = Buffer.byteLength(value);
    return bytes > 0 && bytes <= LONGEST_SECRET
      ? []
      : [problem(path, `${bytes} bytes`, `1 to ${LONGEST_SECRET} bytes`)];
  });
  return [...missing, ...wrong];
}
