import type { Finding } from "../lib/findings";
import { argumentName } from "./not-secrets";
import { looksLikeSecret, secretArguments } from "./secret-names";
import { type Manifest, TransportType } from "./types";

/** The fields of a manifest that are right by themselves. A rule speaks when all it needs is there. */
type Checked = Partial<Manifest>;
/** The manifest as it was written, for what counts although it is wrong. */
type Document = Record<string, unknown>;

/** What the container itself needs; a volume there would hide it. */
const RESERVED = ["/run/mcp", "/.mcp", "/run/secrets", "/proc", "/sys", "/dev", "/tmp"];
/** Name of the secret with the database's address. */
export const DATABASE_SECRET = "dsn";
/** Taken or reserved for the stack's own containers, networks and users in the engine, as mcp-NAME. */
const STACK_NAMES = ["build", "database", "database-relay", "egress", "gateway", "orchestrator", "outbound"];
const PROXY_VARIABLES = /^(https?|all|no)_proxy$/i;
/** mcp-init itself, and a health check's two. */
const OWN_PROCESSES = 3;

function stackName({ name }: Checked): Finding[] {
  // mcp-SERVER-secret-files is the container that carries SERVER's secrets.
  if (name === undefined || !(STACK_NAMES.includes(name) || name.endsWith("-secret-files"))) return [];
  const expected = "a name that nothing of the stack's own has in the engine";
  return [{ path: ["name"], got: JSON.stringify(name), expected, fix: "choose another name" }];
}

function imageOrBuild(_checked: Checked, { image, build }: Document): Finding[] {
  if ((image === undefined) !== (build === undefined)) return [];
  const expected = "exactly one of image and build";
  return image === undefined
    ? [{ path: ["image"], got: "neither image nor build", expected }]
    : [{ path: ["image"], got: "both image and build", expected, fix: "remove one of them" }];
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function mountPaths({ mounts = [] }: Checked): Finding[] {
  return mounts.flatMap(({ path }, index): Finding[] => {
    const taken =
      RESERVED.find((reserved) => overlap(path, reserved)) ??
      mounts.slice(0, index).find((other) => overlap(path, other.path))?.path;
    if (!taken) return [];
    const expected = `a path that neither is, holds nor lies in ${taken}`;
    return [{ path: ["mounts", index, "path"], got: JSON.stringify(path), expected, fix: "choose another path" }];
  });
}

/** Reports every item that was there before. */
function repeated(items: string[], at: (index: number) => Finding["path"]): Finding[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) < index
      ? [
          {
            path: at(index),
            got: `${JSON.stringify(item)} again`,
            expected: "each one once",
            fix: "remove one of them",
          },
        ]
      : [],
  );
}

function duplicates({ secrets = [], egress = [] }: Checked): Finding[] {
  const names = repeated(
    secrets.map(({ name }) => name),
    (index) => ["secrets", index, "name"],
  );
  // The same name gives the same file: that is one problem, not two.
  const files = secrets.map(({ name, file }) => file ?? `/run/secrets/${name}`);
  const clashes = names.length > 0 ? [] : repeated(files, (index) => ["secrets", index, "file"]);
  return [...names, ...clashes, ...repeated(egress, (index) => ["egress", index])];
}

function databaseSecret({ database, secrets = [] }: Checked): Finding[] {
  if (!database) return [];
  return secrets.flatMap(({ name, file }, index) =>
    name === DATABASE_SECRET || file === `/run/secrets/${DATABASE_SECRET}`
      ? [
          {
            path: ["secrets", index],
            got: `the secret ${DATABASE_SECRET}`,
            expected: "another name and file: `database: true` brings this one along",
            fix: "remove it",
          },
        ]
      : [],
  );
}

function plainSecrets({ env = {}, build, transport, notSecrets = [] }: Checked): Finding[] {
  const expected = "no secret: this is readable in `docker inspect`";
  const fix =
    "use secrets: the value then reaches the server as a file in /run/secrets; if it is none, " +
    "write `# not a secret` behind it, or its name into notSecrets";
  const got = "a value that looks like a secret";
  const named = (variables: Record<string, string>, ...path: string[]): Finding[] =>
    Object.entries(variables)
      .filter(([name, value]) => !notSecrets.includes(name) && looksLikeSecret(name, value))
      .map(([name]) => ({ path: [...path, name], got, expected, fix }));
  return [
    ...named(env, "env"),
    ...named(build?.args ?? {}, "build", "args"),
    ...secretArguments(transport?.command ?? [], notSecrets).map((at) => ({
      path: ["transport", "command", at],
      got,
      expected,
      fix,
    })),
  ];
}

/** A name that is nobody's: a slip, or left from a variable that was renamed. */
function namelessPlain({ env = {}, build, transport, notSecrets = [] }: Checked, document: Document): Finding[] {
  if (!transport || (document.build !== undefined && !build)) return [];
  const { command } = transport;
  const options = command.map((_, index) => argumentName(command, index));
  const known = [...Object.keys(env), ...Object.keys(build?.args ?? {}), ...options, ...command];
  return notSecrets.flatMap((name, index): Finding[] => {
    if (known.includes(name)) return [];
    const expected = "a variable of env or build.args, or an option of transport.command";
    return [{ path: ["notSecrets", index], got: JSON.stringify(name), expected, fix: "remove it" }];
  });
}

function proxyVariables({ env = {}, egress = [] }: Checked): Finding[] {
  if (egress.length === 0) return [];
  return Object.keys(env)
    .filter((name) => PROXY_VARIABLES.test(name))
    .map((name) => ({
      path: ["env", name],
      got: "a proxy of its own",
      expected: "no proxy variable: egress sets them, and there is no other way out",
      fix: "remove it",
    }));
}

function counts({ sessions, resources, transport }: Checked): Finding[] {
  const findings: Finding[] = [];
  if (sessions && sessions.warmPool > sessions.max) {
    const expected = `at most sessions.max, ${sessions.max}`;
    findings.push({ path: ["sessions", "warmPool"], got: String(sessions.warmPool), expected });
  }
  const needed = 2 * (sessions?.max ?? 0) + OWN_PROCESSES;
  if (transport?.type === TransportType.Stdio && resources && sessions && resources.processes < needed) {
    const expected = `at least ${needed}: two for each of sessions.max sessions (mcp-init's and the server's), and ${OWN_PROCESSES}`;
    findings.push({ path: ["resources", "processes"], got: String(resources.processes), expected });
  }
  return findings;
}

const RULES: ((checked: Checked, document: Document) => Finding[])[] = [
  stackName,
  imageOrBuild,
  mountPaths,
  duplicates,
  databaseSecret,
  plainSecrets,
  namelessPlain,
  proxyVariables,
  counts,
];

/** Checks what spans several fields. */
export function crossFieldFindings(checked: Checked, document: Document): Finding[] {
  return RULES.flatMap((rule) => rule(checked, document));
}
