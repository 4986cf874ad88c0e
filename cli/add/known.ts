import { CliError, ExitCode } from "../errors";
import { progress } from "../output";
import { type PackageInfo, packageName } from "./ask";
import type { BuiltSource, PackageSource } from "./source";

/** The programs that know packages. */
const TOOLS = { npm: "npm", pypi: "pip", go: "go", cargo: "cargo" } as const;

/** What is known of a package once it was looked up. */
export interface Known<Info> {
  info: Info & { version: string };
  /** One line for people: what a server is made from, with the version. */
  from: string;
  /** Remarks for the user. */
  notes: string[];
}

/**
 * Asks for a package of that version, or for the newest one; nothing of it is run.
 * @param ask gives undefined when its tool is not on this machine: then an exact version is taken as it is
 * @throws CliError when there is no such package, or nobody can be asked for the newest version
 */
export async function known<Source extends PackageSource | BuiltSource, Info extends PackageInfo>(
  source: Source,
  ask: (source: Source) => Promise<Info | undefined>,
): Promise<Known<Info>> {
  const { kind, name, version } = source;
  const tool = TOOLS[kind];
  const found = await progress(`asking ${tool} for ${name}`, ask(source));
  const info = found ?? (version === undefined ? undefined : ({ version } as Info));
  if (!info) {
    const got = `${tool} is not on this machine to ask for the newest version`;
    const exact = packageName({ ...source, version: kind === "go" ? "v1.2.3" : "1.2.3" });
    throw new CliError(`${kind}:${name}: ${got}`, ExitCode.Usage, `give an exact version, like ${exact}`);
  }
  const notes = [
    ...(info.warning ? [`version ${info.version} is ${info.warning}`] : []),
    ...(version ? [] : [`version ${info.version} is the newest that ${tool} finds; it is pinned`]),
    ...(info.published ? [`version ${info.version} was published ${ageOf(info.published)}`] : []),
    ...(found ? [] : [`${tool} is not on this machine: nobody looked whether the package is there`]),
  ];
  return { info, notes, from: packageName({ ...source, version: info.version }) };
}

const DAY_MS = 86_400_000;

/** `2026-11-30, today`, or how many days or years ago; old enough to ask whether anybody looks after it. */
export function ageOf(published: Date, now = new Date()): string {
  const isOld = daysSince(published, now) >= 365;
  return `${published.toISOString().slice(0, 10)}, ${agoOf(published, now)}${isOld ? "; does anybody look after it?" : ""}`;
}

/** `today`, or how many days or years ago. */
export function agoOf(published: Date, now = new Date()): string {
  const days = daysSince(published, now);
  return days === 0 ? "today" : days < 2 * 365 ? `${days} days ago` : `${Math.floor(days / 365)} years ago`;
}

function daysSince(published: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - published.getTime()) / DAY_MS));
}
