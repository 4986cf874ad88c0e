import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJson } from "../../lib/json";
import { oneLine } from "../../lib/plain-text";
import { PYTHON } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import { type Answer, ask, failed, notFound, type PackageInfo, packageName } from "./ask";
import { bestLink } from "./link";
import { publishedAt } from "./pypi-age";
import { newestSource } from "./pypi-source";
import { pythonFits } from "./python-versions";
import type { PackageSource } from "./source";
import { wheelPrograms } from "./wheel-programs";

/** One package of pip's report of what it would install. */
interface Reported {
  is_yanked?: boolean;
  download_info?: { url?: string };
  metadata?: {
    version?: string;
    summary?: string;
    requires_python?: string;
    description?: string;
    project_url?: string[];
    home_page?: string;
  };
}

/** Asks pip for a package of that version, or for the newest one. @returns undefined when there is no pip here */
export function askPip(source: PackageSource): Promise<PackageInfo | undefined> {
  return inFolder(async (folder) => {
    const known = await reportedInfo(source, folder);
    if (!known || known.fromSource) return known;
    const programs = await programsOf({ ...source, version: known.version }, folder);
    return { ...known, ...(programs ? { programs } : {}) };
  });
}

/** The same without its programs, for which its wheel has to be fetched. */
export function askPipVersion(source: PackageSource): Promise<PackageInfo | undefined> {
  return inFolder((folder) => reportedInfo(source, folder));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-pip-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function reportedInfo(source: PackageSource, folder: string): Promise<PackageInfo | undefined> {
  const log = join(folder, "log");
  const answer = await ask("python3", [...PIP, "install", ...REPORT, ...wheelsOf(source), "--log", log]);
  const said = existsSync(log) ? readFileSync(log, "utf8") : "";
  const info = pipInfo(source, answer, said);
  if (!info) return undefined;
  const { file, ...known } = info;
  const published = file ? await publishedAt(file, said) : undefined;
  return { ...known, ...(published ? { published } : {}) };
}

const PIP = ["-m", "pip"];
const QUIET = ["--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"];
const SOON = ["--retries", "1", "--timeout", "30"];
const REPORT = ["--dry-run", "--ignore-installed", "--target", "unused", "--report", "-"];

/**
 * A package's wheel, for to read anything else would run the package's own code. The image's Python is what counts. pip
 * would compare with the Python that it runs on, so this switches that off, and pipInfo compares.
 */
function wheelsOf({ name, version }: PackageSource): string[] {
  const python = ["--ignore-requires-python", "--python-version", PYTHON, "--only-binary", ":all:"];
  return [...QUIET, ...SOON, "--no-deps", ...python, version ? `${name}==${version}` : name];
}

/** The programs of a package, read from its wheel; undefined when nobody can tell. */
async function programsOf(source: PackageSource, folder: string): Promise<string[] | undefined> {
  const { code } = await ask("python3", [...PIP, "download", "--dest", folder, ...wheelsOf(source)]);
  return code === 0 ? await wheelPrograms(folder) : undefined;
}

/** What pip knows, and the file that it is about. */
type PipInfo = PackageInfo & { file?: string };

/**
 * What `pip install --dry-run --report -` said.
 * @param log pip's own, which names the files that it did not take. @default unknown
 */
export function pipInfo(source: PackageSource, answer: Answer, log = ""): PipInfo | undefined {
  const { code, stderr } = answer;
  if (code === undefined || /No module named pip\b/.test(stderr)) return undefined;
  if (/No matching distribution found/.test(stderr)) return sourceInfo(source, stderr, log);
  const { is_yanked, metadata, download_info } = reported(answer) ?? {};
  const { version, summary, requires_python: wants = "", description: readme = "" } = metadata ?? {};
  if (code !== 0 || !version) throw failed(source, "pip", stderr);
  if (!pythonFits(wants, PYTHON)) {
    const got = `got version ${version}, which wants Python ${oneLine(wants, 100)}, expected one for Python ${PYTHON}`;
    throw new CliError(
      `${packageName(source)}: ${got}`,
      ExitCode.Usage,
      `an older version: pypi:${source.name}==VERSION`,
    );
  }
  // The registry asks for it in the package's README.
  const mcpName = /\bmcp-name:\s*([\w.-]+\/[\w.-]+)/.exec(readme)?.[1];
  const link = bestLink(metadata?.project_url ?? [], metadata?.home_page);
  const file = download_info?.url?.split("/").at(-1)?.split("#")[0];
  return {
    version,
    description: summary,
    ...(mcpName ? { mcpName } : {}),
    ...(is_yanked ? { warning: "yanked by its publisher" } : {}),
    ...(link ? { link } : {}),
    ...(file ? { file } : {}),
  };
}

/** A package that has no wheel for the image's Python: its source will do. @throws CliError when there is none either */
function sourceInfo(source: PackageSource, stderr: string, log: string): PipInfo {
  const { file, version } = newestSource(log, source.name, PYTHON, source.version) ?? {};
  if (file !== undefined && version !== undefined) return { version, file, fromSource: true };
  // pip says the same when nobody answered.
  const unanswered = /^.*\bconnection broken by\b.*$/m.exec(stderr);
  if (unanswered) throw failed(source, "pip", unanswered[0]);
  throw notFound(source, "pip", `nothing of that name and version for Python ${PYTHON}`);
}

function reported({ stdout }: Answer): Reported | undefined {
  return (parseJson(stdout) as { install?: Reported[] } | undefined)?.install?.[0];
}
