import { proxyAddress, serverSubnet } from "../../../manifest/container/subnets";
import { relayedHosts } from "../../../manifest/egress-hosts";
import { relayTable } from "../../../manifest/proxy/relay-table";
import { squidConf } from "../../../manifest/proxy/squid-conf";
import { must } from "../fleet/command";
import { docker, type Fleet, tryDocker } from "../fleet/fleet";

/** What the proxy says to each request, written to it as it stands: the first line of its answer, and what follows. */
export const ASK = `
import concurrent.futures, json, socket, sys
def ask(lines):
    with socket.create_connection(("egress", 3128), 20) as s:
        s.settimeout(20)
        s.sendall("\\r\\n".join([*lines, "Connection: close", "", ""]).encode())
        answer = b""
        try:
            while chunk := s.recv(65536):
                answer += chunk
                if lines[0].startswith("CONNECT") and b" 200 " in answer[:16]:
                    break  # a tunnel stays open
        except OSError as error:
            return "no answer: " + str(error)
        return answer.decode("latin-1")
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(ask, json.load(sys.stdin)))))`;

/** A user that no server of a test's fleet has; it gives a subnet. */
const USER = 14_900;
const WALLS = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "128m"];

/** An egress proxy of the test's own, and a place from which it is asked. */
export interface OwnProxy {
  /** Its answers to requests, each given by its lines. */
  ask(requests: string[][]): Promise<string[]>;
  /** Runs a Python program there, as that of a server that knows no proxy: with the server's names. */
  run(program: string): Promise<string>;
  /** Whether it reaches an address by itself, past squid. */
  reaches(host: string, port: number): Promise<boolean>;
  /** What its access log says, a line a request. */
  log(): Promise<string[]>;
  /** Starts it anew: it has forgotten all names. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts a proxy in the fleet's engine: the stack's own image and way out, with one server's list of the test's choice. */
export async function startProxy(
  fleet: Fleet,
  egress: string[],
  options: { privateHosts?: string[]; transparentEgress?: boolean; dns?: string } = {},
): Promise<OwnProxy> {
  const { privateHosts = [], transparentEgress = false, dns } = options;
  const name = `test-egress-${process.pid}`;
  const { subnet, gateway } = serverSubnet(USER);
  const address = proxyAddress(USER);
  const env = [
    ...[
      "-e",
      `SQUID_CONF=${squidConf([{ server: "test", subnet, egress, privateHosts }], { engineNetwork: fleet.stack.networkCidr })}`,
    ],
    ...["-e", `RELAYED=${relayTable([{ address, egress, transparentEgress }])}`],
  ];
  const names = [
    ...relayedHosts({ egress, transparentEgress }).flatMap(({ host }) => ["--add-host", `${host}:${address}`]),
    ...(transparentEgress ? ["--dns", address] : []),
  ];
  const image = (container: string): Promise<string> => docker(fleet, "inspect", container, "-f", "{{.Image}}");
  const remove = async (): Promise<void> => {
    await tryDocker(fleet, ["rm", "-f", name]);
    await tryDocker(fleet, ["network", "rm", name]);
  };
  await remove();
  try {
    await docker(fleet, "network", "create", "--internal", "--subnet", subnet, "--gateway", gateway, name);
    const from = [
      "--network",
      name,
      "--ip",
      address,
      "--network-alias",
      "egress",
      "--tmpfs",
      "/tmp:size=16m,mode=1777",
    ];
    const asked = dns === undefined ? [] : ["--dns", dns];
    await docker(fleet, "create", "--name", name, ...WALLS, ...from, ...asked, ...env, await image("mcp-egress"));
    await docker(fleet, "network", "connect", "mcp-outbound", name);
    await docker(fleet, "start", name);
  } catch (error) {
    await remove();
    throw error;
  }
  const python = await image("mcp-http");
  const client = ["run", "--rm", "-i", "--network", name, ...WALLS, ...names, "--entrypoint", "python", python, "-c"];
  const python3 = (program: string, input = ""): Promise<string> =>
    must("docker", [...client, program], { env: fleet.env, input, timeout: 120_000 });
  return {
    ask: async (requests) => JSON.parse(await python3(ASK, JSON.stringify(requests))) as string[],
    run: (program) => python3(program),
    reaches: async (host, port) => {
      const connect = ["socat", "-u", "OPEN:/dev/null", `TCP4:${host}:${port},connect-timeout=5`];
      return (await tryDocker(fleet, ["exec", name, ...connect])).code === 0;
    },
    log: async () => (await docker(fleet, "logs", name)).split("\n"),
    restart: async () => void (await docker(fleet, "restart", "-t", "1", name)),
    remove,
  };
}
