import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { AuditResult } from "../../../../api/audit-result";
import type { Events } from "../../../../orchestrator/events";
import { MetricsServer } from "../../../../orchestrator/metrics/metrics-server";
import { PageServer } from "../../../../orchestrator/page/page-server";
import { SignIns } from "../../../../orchestrator/page/sign-ins";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { eventually } from "../../../support/eventually";
import { breakOff, MOMENTS, start, turns } from "../../../support/orchestrator/http/breaking-off";
import { Api } from "../../../support/orchestrator/rest/api";
import { config } from "../../../support/orchestrator/security/requests";

/** What is asked of REST: its head without the token, and a body if it has one. */
const QUESTIONS: Record<string, [head: string, body?: string]> = {
  "a document": ["GET /v1/servers HTTP/1.1"],
  "the description": ["GET /openapi.json HTTP/1.1"],
  "a file of the description's page": ["GET /docs/swagger-ui-bundle.js HTTP/1.1"],
  events: ["GET /v1/events HTTP/1.1\r\nLast-Event-ID: 0"],
  "a followed log": ["GET /v1/servers/echo/logs?follow=true HTTP/1.1"],
  "a log": ["GET /v1/servers/echo/logs HTTP/1.1"],
  "a log as a file": ["GET /v1/servers/echo/logs/export HTTP/1.1"],
  "an export": ["GET /v1/audit/export HTTP/1.1"],
  "an export as CSV": ["GET /v1/audit/export?format=csv HTTP/1.1"],
  "a body": ["POST /v1/servers/echo/tools/say/call HTTP/1.1\r\nContent-Type: application/json", '{"arguments":{}}'],
  "half a body": [
    "POST /v1/servers/echo/tools/say/call HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99",
    '{"argu',
  ],
  "a wrong address": ["GET /v1/nothing HTTP/1.1"],
};
const NO_HTTP: Record<string, string> = {
  "no HTTP": "GET / HTTP/9\r\n\r\n",
  "half a head": "GET /v1/servers HTTP/1.1\r\nHost: 127.0.0.1\r\n",
  "a refused host": "GET /v1/servers HTTP/1.1\r\nHost: evil.example.com\r\n\r\n",
  "no token": "GET /v1/servers HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  "two requests at once": "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(2),
};
const ENTRIES = 1_000;

function written([head, body = ""]: [string, string?], more: string): string {
  const length = body === "" || head.includes("Content-Length") ? "" : `\r\nContent-Length: ${body.length}`;
  return `${head}\r\nHost: 127.0.0.1\r\n${more}${length}\r\n\r\n${body}`;
}

/** Counts the open subscriptions to events from now on. */
function countSubscriptions(events: Events): () => number {
  const subscribe = events.subscribe.bind(events);
  let open = 0;
  events.subscribe = (listener) => {
    const end = subscribe(listener);
    open++;
    return () => {
      open--;
      end();
    };
  };
  return () => open;
}

/** Mocha fails a test for what nobody caught. */
describe("REST: who breaks off at any moment hurts nobody else", function () {
  this.timeout(30_000);
  let api: Api;
  let open: () => number;

  before(async () => {
    api = await Api.start();
    open = countSubscriptions(api.events);
    const entry = { kind: "mcp", request: "r", server: "echo", method: "tools/call", result: AuditResult.Ok } as const;
    for (let count = 0; count < ENTRIES; count++) api.audit.record({ ...entry, time: Date.now(), ms: 1 });
  });
  after(() => api.stop());
  afterEach(() => mock.restoreAll());

  const exported = async (): Promise<string> => (await api.call("GET", "/v1/audit/export", { as: "read" })).text;
  /** Others are served, nobody is told of a fault, and nothing that was broken off goes on. */
  const isWell = async (): Promise<void> => {
    assert.equal((await api.call("GET", "/v1/servers", { as: "read" })).status, 200);
    await eventually(async () => {
      assert.equal(api.fleet.following, 0, "no log is followed any more");
      assert.equal(open(), 0, "no events are told any more");
      assert.ok((await exported()).split("\n").length > ENTRIES, "an export is possible, and whole");
    });
    assert.deepEqual(api.faults, []);
  };

  for (const [what, question] of Object.entries(QUESTIONS)) {
    it(`the client, with ${what}`, async () => {
      const head = written(question, `Authorization: Bearer ${api.token("all")}`);
      await breakOff(api.port, head, () => api.events.emit("server.started", "echo"));
      await isWell();
    });
  }
  for (const what of ["events", "a followed log", "an export", "a body"]) {
    it(`the client, with ${what}, while an issuer is asked about its token`, async () => {
      const { authenticate } = api.guard;
      mock.method(api.guard, "authenticate", async (...args: Parameters<typeof authenticate>) => {
        await turns(MOMENTS.length / 2);
        return authenticate.apply(api.guard, args);
      });
      const head = written(QUESTIONS[what] as [string, string?], `Authorization: Bearer ${api.token("all")}`);
      await breakOff(api.port, head);
      await isWell();
    });
  }
  for (const [what, head] of Object.entries(NO_HTTP)) {
    it(`the client, with ${what}`, async () => {
      await breakOff(api.port, head);
      await isWell();
    });
  }

  /** Asks, and has the source fail so many turns after it was asked. */
  async function failing(path: string, fail: (moment: number) => void): Promise<void> {
    for (const moment of MOMENTS) {
      fail(moment);
      const answer = await api.call("GET", path, { as: "read" }).catch((error: Error) => error);
      const isTold = answer instanceof Error || (answer.status >= 500 && answer.status < 600) || answer.status === 200;
      assert.ok(isTold, JSON.stringify(answer));
      mock.restoreAll();
      api.fleet.logFailsAfter = undefined;
    }
    api.faults.splice(0); // the log has them, and so it should
    await isWell();
  }
  const broken = new Error("the engine is gone");

  for (const follow of [false, true]) {
    it(`the engine, with a log (follow=${follow})`, () =>
      failing(`/v1/servers/echo/logs?follow=${follow}`, (moment) => {
        api.fleet.logFailsAfter = moment;
      }));
  }
  it("the engine, with a log as a file", () =>
    failing("/v1/servers/echo/logs/export", (moment) => {
      api.fleet.logFailsAfter = moment;
    }));
  for (const format of ["jsonl", "csv"]) {
    it(`the disk, with an export (${format})`, () =>
      failing(`/v1/audit/export?format=${format}`, (moment) => {
        const query = api.audit.query.bind(api.audit);
        let parts = 0;
        mock.method(api.audit, "query", async (...args: Parameters<typeof query>) => {
          await turns(moment % 5);
          if (parts++ >= moment / 5) throw broken;
          return query(...args);
        });
      }));
  }
});

describe("metrics: who breaks off at any moment hurts nobody else", () => {
  const sha256 = createHash("sha256").update("reader").digest("hex");
  const all = config();
  const guard = new AccessGuard({ config: all, tokens: [{ name: "p", scopes: ["read"], sha256 }] });
  let text: () => Promise<string>;
  let server: MetricsServer;
  let port: number;

  beforeEach(async () => {
    text = async () => {
      await turns(3);
      return "up 1\n".repeat(100_000);
    };
    server = new MetricsServer({
      ...{ guard, limits: all.limits },
      exposition: { text: () => text(), contentType: "text/plain" },
    });
    port = await server.listen(0, "127.0.0.1");
  });
  afterEach(() => server.close());

  const authorization = "Authorization: Bearer reader";
  const ask = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: "Bearer reader" } });
    await answer.text();
    return answer.status;
  };

  it("the client", async () => {
    await breakOff(port, written(["GET /metrics HTTP/1.1"], authorization));
    for (const head of Object.values(NO_HTTP)) await breakOff(port, head);
    assert.equal(await ask(), 200);
  });

  it("the source", async () => {
    const fine = text;
    for (const moment of MOMENTS) {
      text = async () => {
        await turns(moment);
        throw new Error("a collector failed");
      };
      assert.equal(await ask(), 500);
    }
    text = () => {
      throw new Error("a collector failed at once");
    };
    assert.equal(await ask(), 500);
    text = fine;
    assert.equal(await ask(), 200);
  });
});

describe("the page: who breaks off at any moment hurts nobody else", function () {
  this.timeout(30_000);
  const key = "the page's own";
  let api: Api;
  let open: () => number;
  let page: PageServer;
  let signIns: SignIns;
  let port: number;
  let folder: string;
  let mine: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-page-"));
    api = await Api.start();
    open = countSubscriptions(api.events);
    signIns = new SignIns({ key: join(folder, "key"), ended: join(folder, "ended") });
    const body = Buffer.alloc(2 * 2 ** 20, "x");
    const assets = new Map([["/", { body, headers: { "Content-Type": "text/html" } }]]);
    const { guard, config: all, links, rest } = api;
    page = new PageServer({ guard, config: all, assets, signIns, links, rest });
    port = await page.listen(0, "127.0.0.1");
    const signIn = await fetch(`http://127.0.0.1:${port}/sign-in`, {
      method: "POST",
      headers: { "x-dind-mcp-page": key, "content-type": "application/json" },
      body: JSON.stringify({ token: api.token("all") }),
    });
    assert.equal(signIn.status, 204);
    mine = `x-dind-mcp-page: ${key}\r\nCookie: ${signIn.headers.get("set-cookie")?.split(";")[0]}`;
  });
  after(async () => {
    await page.close();
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const isWell = async (): Promise<void> => {
    const [, value = ""] = /Cookie: (\S+)/.exec(mine) ?? [];
    const headers = { "x-dind-mcp-page": key, cookie: value };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/servers`, { headers });
    assert.equal(answer.status, 200, await answer.text());
    await eventually(async () => {
      assert.equal(api.fleet.following, 0, "no log is followed any more");
      assert.equal(open(), 0, "no events are told any more");
    });
    assert.deepEqual(api.faults, []);
  };

  const asked: Record<string, [head: string, body?: string]> = {
    ...QUESTIONS,
    "its document": ["GET / HTTP/1.1"],
    "signing in": ["POST /sign-in HTTP/1.1", '{"token":"none"}'],
    "half a sign-in": ["POST /sign-in HTTP/1.1\r\nContent-Length: 99", '{"token"'],
  };
  for (const [what, question] of Object.entries(asked)) {
    it(`the client, with ${what}`, async () => {
      await breakOff(port, written(question, mine), () => api.events.emit("server.started", "echo"));
      await isWell();
    });
  }
  for (const [what, head] of Object.entries(NO_HTTP)) {
    it(`the client, with ${what}`, async () => {
      await breakOff(port, head);
      await isWell();
    });
  }

  it("the disk, when somebody signs out", async () => {
    mock.method(signIns, "end", () => {
      throw new Error("ENOSPC");
    });
    const client = await start(port, written(["POST /sign-out HTTP/1.1", "x"], mine));
    await eventually(async () => assert.ok(client.closed || client.bytesRead > 0));
    mock.restoreAll();
    client.destroy();
    await isWell();
  });
});
