import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { type Answer, failed, notFound, type PackageInfo } from "../add/ask";
import { askCargo } from "../add/built/cargo";
import { askGo } from "../add/built/go";
import { git } from "../add/git/run";
import { shownUrl } from "../add/git/source";
import { webLink } from "../add/link";
import { viewNpm } from "../add/npm";
import { askPipVersion } from "../add/pip";
import { CliError } from "../errors";
import { registryOf } from "./image-name";
import { ImageRepository } from "./image-registry";
import { isNewer, newerTag, newestCommit } from "./newer";
import type { Pin } from "./pin";

/** The newest of something, as its registry or repository says. */
export interface Newest {
  /** A version, a commit, or a tag. */
  newest: string;
  /** True when it is newer than what the folder has. */
  newer: boolean;
  /** Of a commit, the tag that names it. @default none */
  tag?: string;
  /** Of an image, what that tag means now. @default not known */
  newestDigest?: string;
  /** When it was published. @default nobody says */
  published?: Date;
  /** A page that tells of it: changelog, repository or home page. @default not known */
  link?: string;
  /** Why not to use it, in the publisher's words. @default nothing */
  warning?: string;
}

/** Asks the engine what an image's tag means now, for names that leave the registry to it. @returns a digest */
export type AskEngine = (reference: string) => Promise<string>;

/** Who is asked about an image whose name leaves the registry to the engine. */
export interface ImageSources {
  engine: AskEngine;
  /** URLs of the mirrors that the engine pulls from, asked first: they list tags as well. */
  mirrors: readonly string[];
}

/** Asks what is newest: package managers as this machine is set up, git, and registries of images. @throws CliError */
export async function newestOf(pin: Pin, sources: ImageSources): Promise<Newest> {
  const { kind, name, have } = pin;
  switch (kind) {
    case "npm":
      return judged(
        pin,
        npmNewest(name, await viewNpm(name, ["version", "time", "repository", "homepage", "deprecated"])),
      );
    case "pypi":
      return judged(pin, await askPipVersion({ kind, name }));
    case "go":
      return judged(pin, await askGo({ kind, name }));
    case "cargo":
      return judged(pin, await askCargo({ kind, name }));
    case "git": {
      const commit = newestCommit(await git(["ls-remote", "--", name], name), have);
      if (!commit) throw new CliError(`${shownUrl(name)}: got no default branch, expected one`);
      const link = webLink(shownUrl(name));
      const newest = { newest: commit.id, newer: commit.id !== have };
      return { ...newest, ...(commit.tag ? { tag: commit.tag } : {}), ...(link ? { link } : {}) };
    }
    case "image":
      return await newestImage(pin, sources);
  }
}

const TOOLS = { npm: "npm", pypi: "pip", go: "go", cargo: "cargo" } as const;

function judged({ kind, have }: Pin, info: PackageInfo | undefined): Newest {
  if (!info) throw new CliError(`${TOOLS[kind as keyof typeof TOOLS]} is not on this machine, or too old to be asked`);
  const { version, published, link, warning } = info;
  return {
    ...{ newest: version, newer: isNewer(version, have) },
    ...(published ? { published } : {}),
    ...(link ? { link } : {}),
    ...(warning ? { warning } : {}),
  };
}

/** What `npm view --json` said of a package's newest version. It need not be a program. */
export function npmNewest(name: string, { code, stdout, stderr }: Answer): PackageInfo | undefined {
  if (code === undefined) return undefined;
  const answer = parseJson(stdout);
  const { version, time, repository, homepage, deprecated, error } = isMapping(answer) ? answer : {};
  const { code: reason, summary } = isMapping(error) ? error : {};
  const said = typeof summary === "string" ? summary : stderr;
  if (reason === "E404") throw notFound({ kind: "npm", name }, "npm", oneLine(said, 300));
  if (code !== 0 || typeof version !== "string") throw failed({ kind: "npm", name }, "npm", said);
  const published = new Date(isMapping(time) ? String(time[version]) : "");
  const link = webLink(isMapping(repository) ? repository.url : repository) ?? webLink(homepage);
  return {
    version,
    ...(Number.isNaN(published.getTime()) ? {} : { published }),
    ...(link ? { link } : {}),
    ...(deprecated ? { warning: `deprecated: ${oneLine(String(deprecated), 200)}` } : {}),
  };
}

/** A newer tag of the same form; else what the tag in use means now, which may be another image than it was. */
async function newestImage(pin: Pin, { engine, mirrors }: ImageSources): Promise<Newest> {
  const { name, have, digest } = pin;
  if (name.includes("$")) throw new CliError(`got the name ${name}, expected one whose variables have a value`);
  if (have === "")
    throw new CliError("got a digest without a tag, expected NAME:TAG@sha256:...: a tag says what follows");
  const at = registryOf(name);
  if (at) return await newestTag(pin, new ImageRepository(at.host, at.repository));
  const repository = name.includes("/") ? name : `library/${name}`;
  for (const mirror of mirrors) {
    const { host, origin } = new URL(mirror);
    // One that does not answer, or lacks the image, is passed over, as the engine does.
    const found = await newestTag(pin, new ImageRepository(host, repository, origin)).catch(() => undefined);
    if (found) return found;
  }
  const now = await engine(`${name}:${have}`);
  return { newest: have, newer: digest !== undefined && now !== digest, newestDigest: now };
}

async function newestTag({ have, digest }: Pin, registry: ImageRepository): Promise<Newest> {
  const newest = newerTag(have, await registry.tags()) ?? have;
  const now = await registry.digest(newest);
  return { newest, newer: newest !== have || (digest !== undefined && now !== digest), newestDigest: now };
}
