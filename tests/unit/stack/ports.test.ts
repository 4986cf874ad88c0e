import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { parseSettings } from "../../../config/parse-settings";
import { formatProblem } from "../../../lib/problems";
import { listenersOn, socketsOf } from "../../../stack/listeners";
import { publishedPorts, takenPorts } from "../../../stack/ports";

describe("ports of this machine", () => {
  const open: Server[] = [];
  /** A program that listens. @returns its port */
  const listener = async (host: string): Promise<number> => {
    const server = createServer();
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as { port: number }).port;
  };
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });
  const settings = (ports: Record<string, number>) =>
    parseSettings(Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, `${port}`])), [], "test");
  /** Ports that were free a moment ago, for all keys. */
  const free = async (): Promise<Record<string, number>> => {
    const keys = publishedPorts(settings({})).map(({ key }) => key);
    const before = open.length;
    const ports = await Promise.all(keys.map(() => listener("127.0.0.1")));
    for (const server of open.splice(before)) await new Promise((resolve) => server.close(resolve));
    return Object.fromEntries(keys.map((key, at) => [key, ports[at] ?? 0]));
  };

  it("that other programs have are all told, each with its key, the program, and what to do", async () => {
    const [own, every, ports] = [await listener("127.0.0.1"), await listener("0.0.0.0"), await free()];
    const six = await listener("::"); // IPv4 too
    const found = await takenPorts(settings({ ...ports, apiPort: own, metricsPort: every, dockerTlsPort: six }));
    const program = `taken by node (process ${process.pid})`;
    assert.deepEqual(
      found.map(formatProblem).sort(),
      [
        ...[`apiPort ${own}`, `dockerTlsPort ${six}`, `metricsPort ${every}`].map((one) => {
          const [key, port] = one.split(" ");
          const fix = `set dind-mcp:${key} to a free port, or end that program`;
          return `this machine: port 127.0.0.1:${port}: got ${program}, expected a free port for ${key}. To fix: ${fix}`;
        }),
      ].sort(),
    );
  });

  it("that are free, or that containers have, are no problem", async () => {
    const ports = await free();
    assert.deepEqual(await takenPorts(settings(ports)), []);
    const own = await listener("127.0.0.1");
    assert.deepEqual(await takenPorts(settings({ ...ports, apiPort: own }), [own]), []);
  });

  it("are looked up in the kernel's table: those that listen, of that number alone", async () => {
    const line = (local: string, state: string, inode: number): string =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;
    const table = [
      "  sl  local_address rem_address   st",
      line("0100007F:46A0", "0A", 7),
      line("0100007F:46A0", "01", 8),
    ];
    assert.deepEqual(socketsOf([...table, line("00000000:46A1", "0A", 9), ""].join("\n"), 18_080), ["socket:[7]"]);
    assert.deepEqual(listenersOn((await free()).apiPort ?? 0), []);
  });
});
