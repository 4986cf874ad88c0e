import type { OrchestratorConfig } from "../../../../config/orchestrator-config";
import { isMapping } from "../../../../lib/mapping";
import { matchesPattern } from "../../../../lib/name-pattern";
import type { Problem } from "../../../../lib/problems";
import { parseBytes } from "../../../../lib/sizes";
import { parseManifest, secretFiles } from "../../../../manifest/manifest";
import type { Manifest } from "../../../../manifest/types";
import type { ServerInfo } from "../../server-info";

export type DeployPolicy = OrchestratorConfig["deploy"];
type Taken = Pick<ServerInfo, "name" | "managedBy"> & { manifest: Pick<Manifest, "user"> };

export interface DeployRequest {
  /** The manifest, as JSON gave it; `user` may be left out. */
  document: unknown;
  /** Values of its secrets. A server that is there keeps the values that are left out. */
  secrets: Record<string, string>;
  policy: DeployPolicy;
  /** All servers there are, and those being deployed right now. */
  servers: Taken[];
  /** Secrets that a server of that name has a value of already. */
  kept: string[];
}

const FILE = "manifest";
const CATALOG = "such servers belong in the catalog (mcp/NAME/server.yaml)";
const [FIRST_USER, LAST_USER] = [11_000, 14_995];
/** Bytes of one secret's value. */
const LONGEST_SECRET = 64 * 1024;

const problem = (path: string, got: string, expected: string, fix?: string): Problem => ({
  file: FILE,
  path,
  got,
  expected,
  ...(fix ? { fix } : {}),
});

/** Checks all of a deployment at once. The manifest is there when nothing is wrong. No secret's value is in a problem. */
export function checkDeployment(request: DeployRequest): { manifest?: Manifest; problems: Problem[] } {
  const document = withUser(request);
  const { manifest, problems } = parseManifest(document, FILE);
  // Limits count with a manifest's defaults; of a wrong manifest, what was written counts.
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
function withUser({ document, servers }: DeployRequest): unknown {
  if (!isMapping(document) || document.user !== undefined) return document;
  const same = servers.find(({ name, managedBy }) => name === document.name && managedBy === "api");
  return { ...document, user: same?.manifest.user ?? freeUser(servers) };
}

/** Counts down from the end: the catalog counts up from the beginning and must find its next users free. */
function freeUser(servers: Taken[]): number | undefined {
  const taken = new Set(servers.map(({ manifest }) => manifest.user));
  for (let user = LAST_USER; user >= FIRST_USER; user -= 1) if (!taken.has(user)) return user;
}

function belongsInCatalog({ build, egress, database }: Record<string, unknown>): Problem[] {
  const asked = {
    build: build !== undefined,
    egress: Array.isArray(egress) ? egress.length > 0 : egress !== undefined && egress !== "none",
    database: database === true,
  };
  return Object.entries(asked)
    .filter(([, there]) => there)
    .map(([path]) => problem(path, "a value", `nothing: ${CATALOG}`));
}

function beyondPolicy({ image, resources, mounts }: Record<string, unknown>, policy: DeployPolicy): Problem[] {
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
  return [...found, ...workspaceProblems(mounts, policy)];
}

function workspaceProblems(mounts: unknown, { workspace }: DeployPolicy): Problem[] {
  if (!Array.isArray(mounts) || workspace === "read-write") return [];
  return mounts.flatMap((mount: unknown, index) => {
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
    found.push(problem("name", JSON.stringify(name), "another name than the servers of the catalog have"));
  }
  const holder = others.find(({ manifest }) => manifest.user === user);
  if (holder) {
    found.push(problem("user", String(user), `another user than server ${holder.name} has`, "leave user out"));
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
