import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import type { VolumeKey } from "../../components/persistent-volumes";
import type { Settings } from "../../config/settings";
import { stackName } from "../project";
import { exportState } from "../stack/state";
import { workspace } from "../stack/workspace";
import { passphraseFits } from "./passphrase-fits";
import type { Found } from "./refusals";
import type { Target } from "./target";

/** Looks at what stands where a backup is to go. Changes nothing. */
export async function look(docker: Docker, target: Target, settings: Settings): Promise<Found> {
  const [state, stacks, volumes, room] = await Promise.all([
    exportState(),
    workspace().then((project) => project.listStacks()),
    volumesOf(docker, settings),
    roomFor(docker, target.bytes),
  ]);
  return {
    stack: (state?.deployment.resources ?? []).length > 0,
    files: Object.entries(target.files).flatMap(([file, text]) =>
      existsSync(file) && readFileSync(file, "utf8") !== text ? [file] : [],
    ),
    volumes,
    passphrase: passphraseState(target),
    others: stacks.map(({ name }) => name).filter((name) => name !== stackName()),
    room,
  };
}

/** Where this machine's passphrase is. */
export const passphraseFile = (): string => join(process.env.DIND_MCP_STATE ?? "", "passphrase");

function passphraseState({ passphrase, salt }: Target): Found["passphrase"] {
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file = passphraseFile() } = process.env;
  const own = given ?? (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  if (own !== undefined && passphraseFits(own, salt)) return "fits";
  if (given !== undefined || file !== passphraseFile()) return "wrong";
  return passphrase === undefined ? "missing" : "replaces";
}

/** Of which a stack has one each; the program's own list would load all of Pulumi's SDK. */
const VOLUMES: VolumeKey[] = ["engine", "certs", "workspace", "postgres", "orchestrator", "logs"];

async function volumesOf(docker: Docker, { volumePrefix }: Settings): Promise<string[]> {
  const names = VOLUMES.map((key) => `${volumePrefix}mcp-${key}`);
  const { Volumes: there } = await docker.listVolumes();
  return there.map(({ Name }) => Name).filter((name) => names.includes(name));
}

async function roomFor(docker: Docker, needed: number): Promise<Found["room"]> {
  const { DockerRootDir: folder } = (await docker.info()) as { DockerRootDir?: string };
  if (!folder || !existsSync(folder)) return undefined; // of another machine
  const { bavail, bsize } = await statfs(folder);
  return { free: bavail * bsize, needed };
}
