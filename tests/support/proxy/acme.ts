import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { PROXIES } from "../../../cli/proxy/files";
import { siteOf } from "../../../cli/proxy/site";
import { parseSettings } from "../../../config/parse-settings";
import { eventually } from "../eventually";
import { freePort } from "../free-port";
import { debian } from "./install";
import { type ProxyName, programOf } from "./programs";
import { makeCertificate, toLoopback } from "./proxy-site";

/** A name that a certificate can be had for: programs have an authority of their own for localhost. */
const NAME = "fleet.test";

/** Let's Encrypt's own authority for tests, Pebble, with a name server for which every name is this machine. */
class Pebble {
  private constructor(
    readonly directory: string,
    /** The authority of its API. */
    readonly ca: string,
    private readonly management: string,
    private readonly children: ChildProcess[],
  ) {}

  /** @param tlsPort on which it looks whether the name is the proxy's */
  static async start(folder: string, tlsPort: number): Promise<Pebble> {
    const [api, management, dns, other] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const [ca, key] = [join(folder, "pebble.pem"), join(folder, "pebble.key")];
    await makeCertificate(ca, key);
    const config = join(folder, "pebble.json");
    const listen = { listenAddress: `127.0.0.1:${api}`, managementListenAddress: `127.0.0.1:${management}` };
    const pebble = { ...listen, certificate: ca, privateKey: key, httpPort: 1, tlsPort, ocspResponderURL: "" };
    writeFileSync(config, JSON.stringify({ pebble }));
    const program = await debian("pebble");
    const env = { ...program.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
    const names = ["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", `127.0.0.1:${dns}`];
    const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-management", `127.0.0.1:${other}`];
    const children = [
      spawn(`${program.path}-challtestsrv`, [...names, ...off], { stdio: "ignore" }),
      spawn(program.path, ["-config", config, "-dnsserver", `127.0.0.1:${dns}`], { env, stdio: "ignore" }),
    ];
    for (const child of children) process.once("exit", () => child.kill());
    const made = new Pebble(`https://localhost:${api}/dir`, ca, `https://127.0.0.1:${management}`, children);
    await eventually(async () => void (await made.root()), 30_000);
    return made;
  }

  /** The authority of the certificates that it gives; another one each time it starts. */
  async root(): Promise<string> {
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    return await (await fetch(`${this.management}/roots/0`, { dispatcher })).text();
  }

  async stop(): Promise<void> {
    await ended(this.children);
  }
}

/** Has a proxy get its certificate by ACME, as its file says; rejects when nobody is served with one in time. */
export async function servedByAcme(name: ProxyName): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-acme-"));
  const port = await freePort();
  const backend = createServer((_request, response) => void response.end("the fleet"));
  await once(backend.listen(0, "127.0.0.1"), "listening");
  const pebble = await Pebble.start(folder, port);
  const url = `https://${NAME}:${port}`;
  const upstream = `127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const file = join(folder, "proxy.yaml");
  writeFileSync(file, PROXIES[name].file(siteOf(parseSettings({}, [], "test"), { url, upstream })));
  const program = await programOf(name);
  const { directory, ca } = pebble;
  const child = spawn(program.path, program.start(folder, file, port, directory, ca), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...program.env, HOME: folder, LEGO_CA_CERTIFICATES: ca },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  process.once("exit", () => child.kill());
  try {
    const dispatcher = new Agent({ connect: { ca: await pebble.root(), lookup: toLoopback } });
    await eventually(async () => {
      const text = await (await fetch(`${url}/mcp`, { dispatcher })).text();
      if (text !== "the fleet") throw new Error(`got ${text.slice(0, 200)}`);
    }, 60_000).catch((error: Error) => {
      throw new Error(`${error.message}: ${said.slice(-2_000)}`);
    });
    await dispatcher.destroy();
  } finally {
    await ended([child]);
    await pebble.stop();
    backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ended(children: ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "close");
    child.kill();
    await gone;
  }
}
