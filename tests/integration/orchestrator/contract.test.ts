import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenAPIV3_1 } from "openapi-types";
import { Contract, type Operation } from "../../support/clients/contract";
import { eventually } from "../../support/eventually";
import { type Fleet, theFleet } from "../../support/fleet/fleet";

const WRITTEN = join(__dirname, "../../../docs/openapi.json");
const SERVER = "files";

interface Made {
  /** Values of the path's parameters. */
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  /** What it is answered with. @default 200 */
  status?: number;
}

const named = { path: { name: SERVER } };
const nobody = { path: { name: "nobody" }, status: 404 };
const entry = { serverName: `io.github.dind-mcp%2F${SERVER}` };

/** Calls of every operation, good ones and bad ones; none takes anything from the fleet that other tests use. */
const CALLS: Record<string, Made[]> = {
  listServers: [{}, { query: "?limit=1" }, { query: "?limit=0&colour=red", status: 400 }],
  deployServer: [
    { body: { manifest: { name: SERVER, description: "d", privileged: true } }, status: 422 },
    { body: "text", status: 400 },
  ],
  getServer: [named, nobody],
  removeServer: [{ ...named, status: 409 }, nobody],
  getServerStats: [named, nobody],
  startServer: [named, nobody],
  restartServer: [nobody],
  stopServer: [nobody],
  getServerEgress: [named, nobody],
  getServerRefusals: [named, nobody],
  startLearning: [
    { ...nobody, body: { minutes: 5 } },
    { ...named, body: { minutes: 0 }, status: 400 },
  ],
  getLearned: [nobody],
  endLearning: [nobody],
  listServerEvents: [named, nobody],
  searchRegistry: [{ query: "?search=files", status: 409 }], // the orchestrator has no way out unless it is told
  draftServer: [
    {
      body: {
        document: {
          ...{ name: "io.example/one", description: "One", version: "1.0.0" },
          packages: [{ registryType: "npm", identifier: "one", version: "1.0.0", transport: { type: "stdio" } }],
        },
      },
    },
    { body: { document: [] }, status: 400 },
  ],
  getServerLogs: [named, { ...named, query: "?tail=x", status: 400 }, { ...named, query: "?follow=true" }],
  listTools: [named, nobody],
  approveTools: [named, nobody],
  callTool: [
    { path: { name: SERVER, tool: "list_allowed_directories" }, body: { arguments: {} } },
    { path: { name: "nobody", tool: "t" }, status: 404 },
    { path: { name: SERVER, tool: "t" }, body: { arguments: [] }, status: 400 },
  ],
  listSessions: [{}],
  endSession: [{ path: { id: "nobody" }, status: 404 }],
  getEngine: [{}],
  getTopology: [{}],
  planCleanup: [{}],
  cleanUp: [{}, { body: { dryRun: true } }],
  streamEvents: [{}],
  queryAudit: [{}, { query: "?kind=rest&limit=3" }, { query: "?since=yesterday", status: 400 }],
  exportAudit: [{}, { query: "?format=csv&kind=rest" }, { query: "?format=xml", status: 400 }],
  getCall: [{ path: { request: "nobody" }, status: 404 }],
  listClientConfigs: [{}],
  getClientConfig: [{ path: { client: "cursor" } }, { path: { client: "telnet" }, status: 400 }],
  listRegistryServers: [{}, { query: "?search=files&version=latest&limit=1" }],
  listRegistryVersions: [{ path: entry }],
  getRegistryVersion: [
    { path: { ...entry, version: "latest" } },
    { path: { ...entry, version: "0.0.0" }, status: 404 },
  ],
  health: [{}],
  readiness: [{}],
  getVersion: [{}],
  getArrival: [{}],
  getToken: [{}],
  listTokens: [{}],
  makeToken: [
    { body: { name: "contract", scopes: ["read"] }, status: 201 },
    { body: { name: "Contract", scopes: [] }, status: 400 },
  ],
  revokeToken: [
    { path: { token: "contract" }, status: 204 },
    { path: { token: "contract" }, status: 404 },
  ],
  getHistory: [{}],
  makeSignInLink: [{ status: 201 }],
};

describe("orchestrator: the running API and its OpenAPI description", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  let contract: Contract;
  let description: OpenAPIV3_1.Document;

  before(async () => {
    fleet = await theFleet();
    description = (await (await fetch(`${fleet.outputs.endpoints.api}/openapi.json`)).json()) as OpenAPIV3_1.Document;
    contract = new Contract(description);
  });

  /** With the token for everything; a stream is read no further than its head. */
  async function call({ id, method, path }: Operation, { path: values = {}, query = "", body }: Made) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? assert.fail(`${id}: no ${name}`));
    const answer = await fetch(`${fleet.outputs.endpoints.api}${filled}${query}`, {
      method,
      headers: {
        authorization: `Bearer ${fleet.outputs.tokens.admin}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const type = answer.headers.get("content-type") ?? "";
    if (type.startsWith("text/event-stream")) await answer.body?.cancel();
    const answered: unknown = /json(;|$)/.test(type) ? await answer.json() : undefined;
    return { status: answer.status, headers: answer.headers, body: answered };
  }

  it("are of the same code as docs/openapi.json", () => {
    const written = JSON.parse(readFileSync(WRITTEN, "utf8")) as OpenAPIV3_1.Document;
    const { info: _, servers: __, ...running } = description;
    const { info: ___, servers: ____, ...kept } = written;
    assert.deepEqual(running, kept);
    assert.deepEqual(
      description.servers?.map(({ url }) => url),
      ["/", fleet.outputs.endpoints.api],
    );
  });

  it("agree, for good and bad calls of every operation", async () => {
    const ids = contract.operations.map(({ id }) => id);
    assert.deepEqual(ids.toSorted(), Object.keys(CALLS).toSorted(), "every operation has its calls");
    const wrong: string[] = [];
    for (const operation of contract.operations) {
      for (const made of CALLS[operation.id] ?? []) {
        const answer = await call(operation, made);
        try {
          assert.equal(answer.status, made.status ?? 200, `${operation.id}: ${JSON.stringify(answer.body)}`);
          contract.check(operation, answer);
        } catch (error) {
          wrong.push((error as Error).message);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("show the catalog's servers running, with what they use", async () => {
    const find = (id: string) => contract.operations.find((one) => one.id === id) as Operation;
    const { body } = await call(find("listServers"), {});
    const { items } = body as { items: { name: string; status: string; url: string }[] };
    for (const [name, { url }] of Object.entries(fleet.outputs.servers)) {
      const found = items.find((item) => item.name === name);
      assert.equal(found?.url, url, name);
      // Another test may just have restarted it.
      assert.match(found?.status ?? "", /^(running|starting)$/, name);
    }
    // Nothing is measured yet of one that was just started.
    await eventually(async () => {
      const detail = (await call(find("getServer"), named)).body as {
        image: { id: string };
        stats?: { memory: { usage: number } };
        tools?: { approved: number };
      };
      assert.equal(detail.image.id, fleet.outputs.servers[SERVER]?.image);
      assert.ok((detail.stats?.memory.usage ?? 0) > 0);
      assert.ok((detail.tools?.approved ?? 0) > 0);
    }, 45_000);
  });
});
