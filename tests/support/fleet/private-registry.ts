import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { firstHost } from "../../../lib/addresses";
import { eventually } from "../eventually";
import { freePort } from "../free-port";
import { must } from "./command";
import { ROOT } from "./stack";

/** Who may pull. */
export const PULLER = { username: "puller", password: "a-registry-word" };
/** The password's bcrypt hash, which the registry compares with. */
const HASH = "$2b$05$8ueg9g54.wE3oUMB8ox.8eQ8SeMmaQ3n0Rl8qafBBisuMO2wneP3i";

/** A real registry of a test's own, on the docker bridge, that wants to know who asks. */
export interface PrivateRegistry {
  /** ADDRESS:PORT. */
  host: string;
  stop(): Promise<void>;
}

/** Debian's docker-registry: the machine's, or the one that the launcher's mirror is made with. */
async function program(): Promise<string> {
  const { DIND_MCP_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = DIND_MCP_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "dind-mcp");
  const script = `. ${ROOT}/toolchain/lib.sh
    command -v docker-registry && exit
    own=$1/usr/bin/docker-registry
    [ -x "$own" ] || unpack docker-registry "$1"
    echo "$own"`;
  return await must("bash", ["-ec", script, "registry", join(cache, "mirror/program")]);
}

/** Starts it. @param folder what it holds goes there */
export async function startRegistry(folder: string): Promise<PrivateRegistry> {
  await mkdir(folder, { recursive: true });
  // Its gateway is not stated by an engine that has just started.
  const subnet = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"];
  const address = firstHost(await must("docker", subnet));
  const host = `${address}:${await freePort(address)}`;
  const files = { users: join(folder, "users"), config: join(folder, "config.yml") };
  await writeFile(files.users, `${PULLER.username}:${HASH}\n`);
  await writeFile(
    files.config,
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${folder}/data } }
http: { addr: "${host}" }
auth: { htpasswd: { realm: test, path: ${files.users} } }
`,
  );
  const registry: ChildProcess = spawn(await program(), ["serve", files.config], { stdio: "ignore" });
  const ended = once(registry, "exit");
  const stop = async (): Promise<void> => {
    registry.kill();
    await ended;
  };
  const answers = eventually(async () => {
    const { status } = await fetch(`http://${host}/v2/`);
    if (status !== 401) throw new Error(`the registry answers ${status} to who says no name`);
  }, 20_000);
  await answers.catch(async (error) => {
    await stop();
    throw error;
  });
  return { host, stop };
}
