import { must } from "../fleet/command";
import type { Fleet } from "../fleet/fleet";

/** `open`, or why not: an error's code, or `time-out`. */
export type Reach = string;

export interface Target {
  host: string;
  port: number;
}

const SECONDS = 4;

const NODE = `
const { connect } = require("node:net");
const targets = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
Promise.all(targets.map(({ host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: ${SECONDS * 1_000} });
  const end = (text) => { socket.destroy(); resolve(text); };
  socket.on("connect", () => end("open")).on("error", (error) => end(error.code)).on("timeout", () => end("time-out"));
}))).then((answers) => console.log(JSON.stringify(answers)));`;

const PYTHON = `
import concurrent.futures, errno, json, socket, sys
def reach(target):
    try:
        socket.create_connection((target["host"], target["port"]), ${SECONDS}).close()
        return "open"
    except TimeoutError:
        return "time-out"
    except socket.gaierror:
        return "ENOTFOUND"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    print(json.dumps(list(pool.map(reach, json.load(sys.stdin)))))`;

/** Runs a program inside a server's container, as the server's user, with the image's own interpreter. */
export function inside(
  fleet: Fleet,
  container: string,
  language: "node" | "python",
  program: string,
  input = "",
): Promise<string> {
  const args = ["exec", "-i", container, language, language === "node" ? "-e" : "-c", program];
  return must("docker", args, { env: fleet.env, input, timeout: 120_000 });
}

/** Tries to connect from inside a server's container, by TCP and past everything that would help. */
export async function reachFrom(
  fleet: Fleet,
  container: string,
  language: "node" | "python",
  targets: Target[],
): Promise<Reach[]> {
  const answers = await inside(
    fleet,
    container,
    language,
    language === "node" ? NODE : PYTHON,
    JSON.stringify(targets),
  );
  return JSON.parse(answers) as Reach[];
}

/** The same from the egress proxy's container, which has a way out. */
export async function reachFromEgress(fleet: Fleet, targets: Target[]): Promise<Reach[]> {
  const script = `while read -r host port; do
    (socat -u OPEN:/dev/null "TCP4:$host:$port,connect-timeout=${SECONDS}" 2>/dev/null && echo "$host $port open") || echo "$host $port closed"
  done`;
  const lines = targets.map(({ host, port }) => `${host} ${port}\n`).join("");
  const args = ["exec", "-i", "mcp-egress", "sh", "-c", script];
  const answers = (await must("docker", args, { env: fleet.env, input: lines, timeout: 120_000 })).split("\n");
  return targets.map(({ host, port }) => (answers.includes(`${host} ${port} open`) ? "open" : "closed"));
}

/** And from the engine itself, outside all inner walls: proves that a target is there to be reached. */
export async function reachFromEngine(fleet: Fleet, { host, port }: Target): Promise<Reach> {
  const script = 'timeout 5 bash -c "exec 3<>/dev/tcp/$0/$1" 2>/dev/null && echo open || echo closed';
  return must("docker", ["exec", fleet.stack.engineName, "sh", "-c", script, host, String(port)]);
}
