import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
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
  /** ADDRESS:PORT. It speaks TLS. */
  host: string;
  /** File of the authority that its certificate is from. */
  ca: string;
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

/** An authority, and a certificate of it for an address. Its key is thrown away. */
async function certificate(folder: string, address: string): Promise<{ ca: string; certificate: string; key: string }> {
  const [ca, certificate, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const script = `cd ${folder}; new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    $new -x509 -days 2 -subj /CN=test-authority -keyout ca.key -out ca.pem
    $new -subj /CN=registry -keyout key.pem -out request.pem
    echo subjectAltName=IP:${address} >names
    openssl x509 -req -days 2 -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out cert.pem
    rm ca.key`;
  await must("sh", ["-ec", script]);
  return { ca, certificate, key };
}

async function statusOf(url: string, ca: Buffer): Promise<number | undefined> {
  const [answer] = (await once(get(url, { ca }), "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

/** Starts it. @param folder what it holds goes there */
export async function startRegistry(folder: string): Promise<PrivateRegistry> {
  await mkdir(folder, { recursive: true });
  // Its gateway is not stated by an engine that has just started.
  const subnet = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"];
  const address = firstHost(await must("docker", subnet));
  const host = `${address}:${await freePort(address)}`;
  const files = { users: join(folder, "users"), config: join(folder, "config.yml") };
  const tls = await certificate(folder, address);
  await writeFile(files.users, `${PULLER.username}:${HASH}\n`);
  await writeFile(
    files.config,
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${folder}/data } }
http: { addr: "${host}", tls: { certificate: ${tls.certificate}, key: ${tls.key} } }
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
    const status = await statusOf(`https://${host}/v2/`, await readFile(tls.ca));
    if (status !== 401) throw new Error(`the registry answers ${status} to who says no name`);
  }, 20_000);
  await answers.catch(async (error) => {
    await stop();
    throw error;
  });
  return { host, ca: tls.ca, stop };
}
