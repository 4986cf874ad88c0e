// stack-config.mts TRACKED COPY [MIRROR_URL]: brings the machine's copy of a stack's config up to date.
//
// Pulumi writes an encryption salt (and `pulumi config set` its values) into the stack's file. On a copy outside the work
// tree that leaves `git status` clean. The copy is a three-way merge: what the tracked file and the machine (the mirror
// of base images) say now, against what they said last time (COPY.base), so that both the user's edits of the tracked
// file and the values set on this machine count.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";

type Config = Record<string, unknown>;
interface StackFile extends Record<string, unknown> {
  config?: Config;
}

const MIRRORS = "dind-mcp:registryMirrors";

function read(path: string): StackFile {
  return existsSync(path) ? ((parse(readFileSync(path, "utf8")) as StackFile | null) ?? {}) : {};
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Per key: what changed on this machine since `base` stays, everything else is as in `theirs`. */
function merge(base: Config, ours: Config, theirs: Config): Config {
  const merged: Config = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const value = same(ours[key], base[key]) ? theirs[key] : ours[key];
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

const [tracked, copy, mirror] = process.argv.slice(2);
if (!tracked || !copy) throw new Error("usage: stack-config.mts TRACKED COPY [MIRROR_URL]");

const theirs = read(tracked);
theirs.config = { ...(mirror ? { [MIRRORS]: [mirror] } : {}), ...theirs.config };
const base = read(`${copy}.base`);
const ours = read(copy);
const merged = merge(base, ours, theirs);
merged.config = merge(base.config ?? {}, ours.config ?? {}, theirs.config);

for (const [path, content] of [
  [copy, merged],
  [`${copy}.base`, theirs],
] as const) {
  // Every command that reads the config comes here, several at a time: nothing is written that is there already (a value
  // that is being set would be lost), and no draft is shared (half of one would pass for a config without its values).
  if (existsSync(path) && same(read(path), content)) continue;
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, stringify(content), { mode: 0o600 });
  renameSync(draft, path);
}
