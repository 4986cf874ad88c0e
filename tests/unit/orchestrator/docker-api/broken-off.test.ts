import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { DockerPort } from "../../../support/orchestrator/docker-api/port";
import { breakOff, MOMENTS, start, turns } from "../../../support/orchestrator/http/breaking-off";

const LINE = '{"Type":"container"}\n';

const UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n";

/** Mocha fails a test for what nobody caught. */
describe("Docker API: who breaks off at any moment hurts nobody else", () => {
  let site: DockerPort;
  afterEach(() => site.close());

  const open = async (mode: "read-only" | "full"): Promise<void> => {
    site = new DockerPort(mode);
    await site.open();
    site.answer = async (_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json" }).write(LINE);
      await turn();
      response.write(LINE);
      await turn();
      response.end(LINE);
    };
    site.engine.on("upgrade", (_request: IncomingMessage, socket: Socket) => {
      socket.on("error", () => {});
      socket.write(`HTTP/1.1 101 UPGRADED\r\n${UPGRADE}\r\n${LINE}`);
      socket.once("data", () => socket.end(LINE));
    });
  };
  const serves = async (): Promise<void> => assert.equal((await site.ask("/_ping")).status, 200);

  const questions = {
    "a document": "GET /info HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a stream": "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a body": "POST /build HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nhalf",
    "an upgrade": `POST /exec/x/start HTTP/1.1\r\nHost: 127.0.0.1\r\n${UPGRADE}\r\ndata`,
    "a refused upgrade": `POST /exec/x/start HTTP/1.1\r\nHost: evil.example.com\r\n${UPGRADE}\r\n`,
    "a question that cannot be asked": "GET /info{}|\\^` HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  };
  for (const mode of ["read-only", "full"] as const) {
    for (const [what, head] of Object.entries(questions)) {
      it(`${mode}: the client, with ${what}`, async () => {
        await open(mode);
        await breakOff(site.port, head);
        await serves();
      });
      it(`${mode}: the engine, with ${what}`, async () => {
        await open(mode);
        const { answer } = site;
        for (const moment of MOMENTS) {
          const broken = (socket: Socket) => turns(moment).then(() => socket.destroy());
          site.answer = (request: IncomingMessage, response: ServerResponse) => {
            void broken(request.socket);
            answer(request, response);
          };
          const upgraded = (_request: IncomingMessage, socket: Socket) => void broken(socket);
          site.engine.once("upgrade", upgraded);
          const client = await start(site.port, head);
          await turns(moment + 4);
          site.engine.off("upgrade", upgraded);
          client.destroy();
        }
        site.answer = answer;
        await serves();
      });
    }
  }
});
