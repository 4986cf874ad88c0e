import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { DockerPort } from "../../../support/orchestrator/docker-api/port";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("Docker API: port", () => {
  let site: DockerPort;
  const open = async (mode: "read-only" | "full"): Promise<void> => {
    site = new DockerPort(mode);
    await site.open();
  };
  afterEach(() => site.close());

  describe("read-only", () => {
    beforeEach(() => open("read-only"));

    it("asks the engine anew: no header of the client gets through, the engine's version does come back", async () => {
      let seen: IncomingMessage["headers"] = {};
      site.answer = (incoming, response) => {
        seen = incoming.headers;
        response
          .writeHead(200, { "Api-Version": "1.45", "Content-Type": "application/json", "X-Other": "1" })
          .end('{"Env":["A=hush"]}');
      };
      const { headers, body } = await site.ask("/v1.45/info", {
        Authorization: "Bearer hush",
        "X-Registry-Auth": "hush",
      });
      assert.deepEqual(Object.keys(seen).sort(), ["accept", "connection", "host"]);
      assert.deepEqual(
        [headers["api-version"], headers["x-other"], body],
        ["1.45", undefined, '{"Env":["A=<redacted>"]}'],
      );
      assert.deepEqual(site.asked, ["GET /v1.45/info"]);
    });
    const refusals: [string, Parameters<DockerPort["ask"]>, number][] = [
      ["a forged Host", ["/info", { Host: "evil.example.com" }], 403],
      ["a forged Origin", ["/info", { Origin: "http://evil.example.com" }], 403],
      ["a POST", ["/containers/create", {}, "POST"], 403],
      ["a path that is not served", ["/v1.41/secrets"], 403],
      ["a hidden path", ["/containers/..%2fsecrets/json"], 400],
      ["a body", ["/info", { "Content-Length": "5" }], 400],
      ["a chunked body", ["/info", { "Transfer-Encoding": "chunked" }], 400],
    ];
    for (const [what, args, status] of refusals) {
      it(`refuses ${what}: ${status}, in Docker's form, and the engine hears nothing`, async () => {
        const got = await site.ask(...args);
        assert.equal(got.status, status);
        assert.equal(typeof (JSON.parse(got.body) as { message: unknown }).message, "string");
        assert.deepEqual(site.asked, []);
      });
    }
    it("does not take a second request for part of the first, nor an upgrade, nor CONNECT", async () => {
      const head = "Host: 127.0.0.1\r\n";
      const smuggled = await site.raw(
        `GET /info HTTP/1.1\r\n${head}Content-Length: 44\r\n\r\nPOST /containers/x/kill HTTP/1.1\r\n${head}\r\n`,
      );
      assert.match(smuggled, /^HTTP\/1.1 400/);
      const both = await site.raw(
        `GET /info HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      );
      assert.match(both, /^HTTP\/1.1 400/);
      const upgraded = await site.raw(
        `GET /containers/x/attach/ws HTTP/1.1\r\n${head}Connection: Upgrade, close\r\nUpgrade: tcp\r\n\r\n`,
      );
      assert.match(upgraded, /^HTTP\/1.1 403/);
      assert.doesNotMatch(await site.raw(`CONNECT 169.254.169.254:80 HTTP/1.1\r\n${head}\r\n`), /^HTTP\/1.1 2/);
      assert.match(await site.raw("GET /info HTTP/1.1\r\n\r\n"), /^HTTP\/1.1 400/);
      assert.match(
        await site.raw(`GET /info HTTP/1.1\r\n${head}Host: evil\r\nConnection: close\r\n\r\n`),
        /^HTTP\/1.1 40[03]/,
      );
      assert.match(
        await site.raw(`GET http://evil/info HTTP/1.1\r\n${head}Connection: close\r\n\r\n`),
        /^HTTP\/1.1 403/,
      );
      assert.deepEqual(site.asked, []);
    });
    it("gives the engine's errors on", async () => {
      site.answer = (_, response) => response.writeHead(404).end('{"message":"No such container: x"}');
      const { status, body } = await site.ask("/containers/x/json");
      assert.deepEqual([status, body], [404, '{"message":"No such container: x"}']);
    });
    it("says that the engine does not answer: 503; that its answer is no good: 502", async () => {
      site.answer = (incoming) => incoming.socket.destroy();
      assert.equal((await site.ask("/info")).status, 503);
      site.answer = (_, response) => response.end("no json, Env=hush");
      const { status, body } = await site.ask("/info");
      assert.equal(status, 502);
      assert.doesNotMatch(body, /hush/);
      site.silence();
      assert.equal((await site.ask("/info")).status, 503);
    });
    it("does not read a document without end into memory", async () => {
      let sent = 0;
      site.answer = (_, response) => {
        const more = (): void => {
          while (!response.destroyed && sent < 200e6 && response.write(Buffer.alloc(1 << 20, " "))) sent += 1 << 20;
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      };
      assert.equal((await site.ask("/info")).status, 502);
      assert.ok(sent < 64e6, `${sent} bytes were read`);
    });
    it("streams at the client's pace, and ends the engine's side when the client is gone", async () => {
      let sent = 0;
      let over = false;
      site.answer = (_, response) => {
        const line = `${JSON.stringify({ Type: "x".repeat(60_000) })}\n`;
        const more = (): void => {
          for (let room = true; room && !over; sent += line.length) room = response.write(line);
          if (!over) response.once("drain", more);
        };
        response.on("close", () => {
          over = true;
        });
        more();
      };
      const socket = connect(site.port, "127.0.0.1");
      socket.write("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      await once(socket, "readable"); // and read no more
      let before = -1;
      for (let tries = 0; tries < 30 && sent !== before; tries++) {
        before = sent;
        await pause(200);
      }
      assert.ok(before > 0 && sent === before, `${sent - before} bytes more for a client that does not read`);
      assert.ok(sent < 32e6, `${sent} bytes on the way`);
      socket.destroy();
      for (let tries = 0; tries < 50 && !over; tries++) await pause(20);
      assert.ok(over, "the engine's stream goes on without a client");
    });
    it("does not go on asking for a client that is gone before the engine answers", async () => {
      let over = false;
      site.answer = (_, response) => {
        response.on("close", () => {
          over = true;
        });
      };
      const sent = request({ port: site.port, path: "/system/df", agent: false }).end();
      sent.on("error", () => {});
      for (let tries = 0; tries < 50 && site.asked.length === 0; tries++) await pause(20);
      sent.destroy();
      for (let tries = 0; tries < 50 && !over; tries++) await pause(20);
      assert.ok(over);
    });
    it("redacts events as they come", async () => {
      site.answer = (_, response) =>
        void response.write('{"Action":"exec_create: hush","Actor":{"Attributes":{"t":"hush"}}}\n');
      const sent = request({ port: site.port, path: "/events", agent: false }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      const [line] = await once(response, "data");
      assert.equal(String(line), '{"Action":"exec_create","Actor":{"Attributes":{"t":"<redacted>"}}}\n');
      sent.destroy();
    });
    it("has so many streams at the same time and no more; a place is free again when one ends", async () => {
      site.answer = ({ url }, response) => (url === "/events" ? response.flushHeaders() : response.end("OK"));
      const sockets: Socket[] = [];
      const stream = async (): Promise<string> => {
        const socket = connect(site.port, "127.0.0.1");
        sockets.push(socket);
        socket.write("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        const [head] = await once(socket, "data");
        return String(head).split("\r\n")[0] ?? "";
      };
      for (let index = 0; index < 16; index++) assert.match(await stream(), / 200 /);
      assert.match(await stream(), / 429 /);
      assert.equal((await site.ask("/_ping")).status, 200, "documents have places of their own");
      sockets[0]?.destroy();
      await pause(100);
      assert.match(await stream(), / 200 /);
      for (const socket of sockets) socket.destroy();
    });
    it("cuts off who sends headers without end", async () => {
      assert.match(
        await site.raw(`GET /info HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`),
        /^HTTP\/1.1 431/,
      );
    });
    it("does not warn", () => assert.deepEqual(site.warnings, []));
  });

  describe("full", () => {
    beforeEach(() => open("full"));

    it("warns at the start", () => assert.match(site.warnings.join(), /root in the engine/));
    it("passes everything on: method, body, headers, status", async () => {
      site.answer = (incoming, response) => {
        let body = "";
        incoming.on("data", (chunk) => {
          body += chunk;
        });
        incoming.on("end", () =>
          response.writeHead(201, { "X-Own": "1" }).end(`${incoming.headers["x-registry-auth"]} ${body}`),
        );
      };
      const sent = request({
        port: site.port,
        path: "/build?t=x",
        method: "POST",
        headers: { "X-Registry-Auth": "a" },
        agent: false,
      });
      sent.write("one ");
      sent.end("two");
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      let body = "";
      for await (const chunk of response) body += chunk;
      assert.deepEqual([response.statusCode, response.headers["x-own"], body], [201, "1", "a one two"]);
      assert.deepEqual(site.asked, ["POST /build?t=x"]);
    });
    it("passes upgraded connections on, each direction until it ends", async () => {
      site.engine.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
        site.asked.push(`UPGRADE ${incoming.url}`);
        socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        let got = String(head);
        socket.on("data", (chunk) => {
          got += chunk;
        });
        socket.on("end", () => socket.end(`got ${got}`));
      });
      const client = connect({ port: site.port, host: "127.0.0.1", allowHalfOpen: true });
      client.write(
        "POST /exec/x/start HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly ",
      );
      await once(client, "readable");
      client.end("late");
      let got = "";
      for await (const chunk of client) got += chunk;
      assert.match(got, /^HTTP\/1.1 101 UPGRADED\r\n[\s\S]*\r\n\r\ngot early late$/);
    });
    it("ends upgraded connections when it closes: it would wait for them for ever", async () => {
      site.engine.on("upgrade", (_request: IncomingMessage, socket: Socket) =>
        socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"),
      );
      const client = connect(site.port, "127.0.0.1");
      client.write("POST /exec/x/start HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      await once(client, "data");
      const ended = once(client, "close");
      assert.equal(await Promise.race([site.close(), pause(2_000).then(() => "open")]), undefined);
      await ended;
    });
    it("still checks Host and Origin, of upgrades too", async () => {
      assert.equal((await site.ask("/info", { Host: "evil.example.com" })).status, 403);
      const lines = "Connection: Upgrade\r\nUpgrade: tcp\r\nOrigin: http://evil.example.com";
      assert.match(
        await site.raw(`POST /exec/x/start HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}\r\n\r\n`),
        /^HTTP\/1.1 403/,
      );
      assert.deepEqual(site.asked, []);
    });
    it("says that the engine does not answer: 503", async () => {
      site.silence();
      assert.equal((await site.ask("/info")).status, 503);
    });
    it("ends the engine's side when the client is gone", async () => {
      let over = false;
      site.answer = (_, response) => {
        response.flushHeaders();
        response.on("close", () => {
          over = true;
        });
      };
      const sent = request({ port: site.port, path: "/containers/x/logs?follow=1", agent: false }).end();
      await once(sent, "response");
      sent.destroy();
      for (let tries = 0; tries < 50 && !over; tries++) await pause(20);
      assert.ok(over);
    });
  });
});
