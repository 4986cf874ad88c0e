import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenAPIV3_1 } from "openapi-types";
import { Contract, type Operation } from "../../support/clients/contract";
import { CONTRACT_CALLS, type Made, named, SERVER } from "../../support/clients/contract-calls";
import { eventually } from "../../support/eventually";
import { type Fleet, theFleet } from "../../support/fleet/fleet";

const WRITTEN = join(__dirname, "../../../docs/openapi.json");

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
    const wrong: string[] = [];
    for (const operation of contract.operations) {
      for (const made of CONTRACT_CALLS[operation.id] ?? assert.fail(operation.id)) {
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
