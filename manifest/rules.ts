import type { Finding } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import { parseBytes } from "../lib/sizes";
import { injectedSecrets } from "./inject-rules";
import { TRUST_FOLDER } from "./proxy/key-folders";
import { isRemote } from "./remote";
import {
  type Checked,
  type Document,
  databaseSecret,
  namelessPlain,
  PROXY_VARIABLES,
  plainSecrets,
  secretVariables,
} from "./secret-rules";
import { HOME } from "./storage";
import { TransportType } from "./types";

/** Paths that the container itself needs. A volume there would hide them. */
const RESERVED = ["/run/mcp", "/.mcp", "/run/secrets", TRUST_FOLDER, "/proc", "/sys", "/dev", "/tmp"];
/** Where images have their programs and settings: a storage there would hide them all. One below is fine. */
const OF_IMAGES = ["/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr", "/var", "/var/run"];
/** Names that the stack itself uses or reserves in the engine, as mcp-NAME. */
const STACK_NAMES = [
  "build",
  "carrier",
  "database",
  "consul-agent",
  "database-relay",
  "kong-gateway",
  "egress",
  "gateway",
  "orchestrator",
  "outbound",
  "shared",
];
/** The containers that carry SERVER's secrets, and that make its storage, are called mcp-SERVER-... */
const STACK_SUFFIXES = ["-secret-files", "-storage-folders"];
/** mcp-init itself, and a health check's two. */
const OWN_PROCESSES = 3;

/** True for a server's or companion's name with which its container would be called like one of the stack's own. */
export function isStackSuffixed(name: string): boolean {
  return STACK_SUFFIXES.some((one) => name.endsWith(one));
}

function stackName({ name }: Checked): Finding[] {
  if (name === undefined || !(STACK_NAMES.includes(name) || isStackSuffixed(name))) return [];
  const expected = "a name that nothing of the stack's own has in the engine";
  return [{ path: ["name"], got: JSON.stringify(name), expected, fix: "choose another name" }];
}

function imageOrBuild({ transport }: Checked, { image, build }: Document): Finding[] {
  if (transport && isRemote({ transport })) return []; // neither: remote-rules.ts
  if ((image === undefined) !== (build === undefined)) return [];
  const expected = "exactly one of image and build";
  return image === undefined
    ? [{ path: ["image"], got: "neither image nor build", expected }]
    : [{ path: ["image"], got: "both image and build", expected, fix: "remove one of them" }];
}

function commandOrArguments({ transport }: Checked): Finding[] {
  if (!transport?.arguments || transport.command.length === 0) return [];
  const expected = "one of them: arguments are for the image's own entry point, which command replaces";
  const fix = "put them into command, or leave command out";
  return [{ path: ["transport", "arguments"], got: "both command and arguments", expected, fix }];
}

function volumeOrFolder({ mounts = [] }: Checked): Finding[] {
  return mounts.flatMap(({ volume, folder }, index): Finding[] => {
    if ((volume === undefined) !== (folder === undefined)) return [];
    const got = volume === undefined ? "neither volume nor folder" : "both volume and folder";
    return [{ path: ["mounts", index], got, expected: "exactly one of volume and folder" }];
  });
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** What is mounted, each at a place of its own. */
function mountPaths({ mounts = [], storage = [], home, cacheDir, tmpfs = [] }: Checked): Finding[] {
  const places = [
    ...(home ? [{ path: HOME.path, at: ["home"] }] : []),
    ...mounts.map(({ path }, index) => ({ path, at: ["mounts", index, "path"] })),
    ...storage.map(({ path }, index) => ({ path, at: ["storage", index, "path"] })),
    ...(cacheDir === undefined ? [] : [{ path: cacheDir, at: ["cacheDir"] }]),
    ...tmpfs.map((path, index) => ({ path, at: ["tmpfs", index] })),
  ];
  return places.flatMap(({ path, at }, index): Finding[] => {
    const taken =
      RESERVED.find((reserved) => overlap(path, reserved)) ??
      places.slice(0, index).find((other) => overlap(path, other.path))?.path;
    const fix = "choose another path";
    if (taken)
      return [
        { path: at, got: JSON.stringify(path), expected: `a path that neither is, holds nor lies in ${taken}`, fix },
      ];
    if (at[0] === "mounts" || !OF_IMAGES.includes(path)) return [];
    const expected = "a path that hides nothing of the image, like /data";
    return [{ path: at, got: JSON.stringify(path), expected, fix }];
  });
}

/** The home that the server is given is the one that it has. */
function homeVariable({ home, env = {} }: Checked): Finding[] {
  if (!home || env.HOME === undefined) return [];
  const expected = `none: \`home: true\` sets it, to ${HOME.path}`;
  return [{ path: ["env", "HOME"], got: JSON.stringify(env.HOME), expected, fix: "remove one of them" }];
}

/** What is in memory cannot be larger than memory. Defaults are no promise of the manifest's: they may be. */
function roomInMemory({ resources, scratch, sharedMemory }: Checked, document: Document): Finding[] {
  const most = resources && parseBytes(resources.memory);
  if (!most) return [];
  const written: [Finding["path"], string | undefined][] = [
    [
      ["scratch", "size"],
      isMapping(document.scratch) && document.scratch.size !== undefined ? scratch?.size : undefined,
    ],
    [["sharedMemory"], document.sharedMemory === undefined ? undefined : sharedMemory],
  ];
  return written.flatMap(([path, size]): Finding[] => {
    if (size === undefined || (parseBytes(size) ?? 0) <= most) return [];
    const expected = `at most resources.memory, ${resources.memory}: it is part of it`;
    return [{ path, got: JSON.stringify(size), expected, fix: "make it smaller, or resources.memory larger" }];
  });
}

/** Reports every item that repeats an earlier one. */
export function repeated(items: string[], at: (index: number) => Finding["path"]): Finding[] {
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

function duplicates({ secrets = [], egress = [], storage = [], home }: Checked): Finding[] {
  const names = repeated(
    secrets.map(({ name }) => name),
    (index) => ["secrets", index, "name"],
  );
  // The same name gives the same file: that is one problem, not two.
  const files = secrets.map(({ name, file }) => file ?? `/run/secrets/${name}`);
  const clashes = names.length > 0 ? [] : repeated(files, (index) => ["secrets", index, "file"]);
  const first = home ? [HOME.name] : [];
  const folders = repeated([...first, ...storage.map(({ name }) => name)], (index) => [
    "storage",
    index - first.length,
    "name",
  ]);
  return [...names, ...clashes, ...folders, ...repeated(egress, (index) => ["egress", index])];
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

/** A way out that leads nowhere is a mistake: the hosts are missing, or the line is left over. */
function transparentInVain({ transparentEgress, egress = [] }: Checked): Finding[] {
  if (!transparentEgress || egress.length > 0) return [];
  const fix = "list the hosts in egress, or remove this line";
  return [{ path: ["transparentEgress"], got: "true, without egress", expected: "hosts in egress to lead to", fix }];
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

type Rule = (checked: Checked, document: Document) => Finding[];

/** Those that hold for a companion as well. */
const COMMON: Rule[] = [
  imageOrBuild,
  commandOrArguments,
  mountPaths,
  roomInMemory,
  duplicates,
  secretVariables,
  plainSecrets,
  proxyVariables,
];
const OF_SERVERS: Rule[] = [
  stackName,
  volumeOrFolder,
  homeVariable,
  databaseSecret,
  namelessPlain,
  counts,
  transparentInVain,
  injectedSecrets,
];

/** Checks what spans several fields, of a server or a companion. */
export function commonFindings(checked: Checked, document: Document): Finding[] {
  return COMMON.flatMap((rule) => rule(checked, document));
}

/** Checks what spans several fields of a server. */
export function crossFieldFindings(checked: Checked, document: Document): Finding[] {
  return [...commonFindings(checked, document), ...OF_SERVERS.flatMap((rule) => rule(checked, document))];
}
