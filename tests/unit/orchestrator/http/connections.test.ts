import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { limitConnections } from "../../../../orchestrator/http/connections";

describe("orchestrator: a server's connections at their limit", function () {
  this.timeout(10_000);
  const sockets: Socket[] = [];
  let server: Server;

  beforeEach(async () => {
    server = createServer((request, response) => {
      arrived(request, response);
      if (request.url === "/answered") response.end("ok"); // any other stays in work
    });
    const arrived = limitConnections(server, 2);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  async function opened(): Promise<Socket> {
    const arrives = once(server, "connection");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    sockets.push(socket.on("error", () => {}).resume());
    await arrives;
    return socket;
  }
  async function asks(socket: Socket, path: string): Promise<void> {
    const arrives = once(server, "request");
    const answered = path === "/answered" ? once(socket, "data") : undefined;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await Promise.all([arrives, answered]);
  }
  const ends = (socket: Socket): Promise<unknown> => (socket.closed ? Promise.resolve() : once(socket, "close"));

  it("end the one that has its answer and asks no more, before one in work", async () => {
    const [answered, working] = [await opened(), await opened()];
    await asks(working, "/working");
    await asks(answered, "/answered");
    await asks(await opened(), "/answered");
    await ends(answered);
    assert.equal(working.destroyed, false);
  });

  it("end the one that has been waiting longest since it was last used", async () => {
    const [used, idle] = [await opened(), await opened()];
    await asks(used, "/answered");
    await asks(await opened(), "/answered");
    await ends(idle);
    assert.equal(used.destroyed, false);
  });

  it("end the new one when all are in work", async () => {
    const working = [await opened(), await opened()];
    for (const socket of working) await asks(socket, "/working");
    await ends(await opened());
    assert.deepEqual(
      working.map((socket) => socket.destroyed),
      [false, false],
    );
  });
});
