import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consulAccess } from "../../../../../orchestrator/discovery/consul/access";
import { ConsulAgent, ConsulError } from "../../../../../orchestrator/discovery/consul/agent";
import { serviceOf } from "../../../../../orchestrator/discovery/consul/service";
import { member, REGISTRANT } from "../../../../support/orchestrator/discovery/members";

describe("the HTTP API of a Consul agent", () => {
  let http: Server;
  let address: string;
  let answers: [status: number, body: string][];
  let asked: { line: string; token: unknown; body: string }[];
  const agents: ConsulAgent[] = [];

  beforeEach(async () => {
    [answers, asked] = [[], []];
    http = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      asked.push({ line: `${request.method} ${request.url}`, token: request.headers["x-consul-token"], body });
      const [status, text] = answers.shift() ?? [200, "{}"];
      response.writeHead(status).end(text);
    }).listen(0, "127.0.0.1");
    await once(http, "listening");
    address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.close();
    http.close();
  });
  const agent = (token?: string, path = ""): ConsulAgent => {
    const made = new ConsulAgent({ address: address + path, token });
    agents.push(made);
    return made;
  };
  const failure = (work: Promise<unknown>): Promise<ConsulError> =>
    work.then(
      () => assert.fail("it worked"),
      (error: unknown) => (error instanceof ConsulError ? error : assert.fail(String(error))),
    );

  it("is asked as Consul documents it, below a path too, with the token in a header", async () => {
    const consul = agent("s3cret", "/consul");
    const service = serviceOf(member("files"), REGISTRANT);
    await consul.register(service);
    await consul.tell("a/b", { status: "critical", output: "it fails" });
    await consul.deregister(service.id);
    assert.deepEqual(
      asked.map(({ line }) => line),
      [
        "PUT /consul/v1/agent/service/register?replace-existing-checks=true",
        "PUT /consul/v1/agent/check/update/a%2Fb",
        `PUT /consul/v1/agent/service/deregister/${service.id}`,
      ],
    );
    assert.deepEqual(new Set(asked.map(({ token }) => token)), new Set(["s3cret"]));
    assert.deepEqual(JSON.parse(asked[1]?.body ?? ""), { Status: "critical", Output: "it fails" });
  });

  it("gives services and checks, whatever else the agent says of them", async () => {
    answers = [
      [200, '{"a":{"ID":"a","Service":"web","Tags":null,"Meta":null,"Port":1,"Weights":{}}}'],
      [200, '{"c":{"CheckID":"c","ServiceID":"a","Status":"passing","Node":"n"}}'],
      [200, '{"Config":{"Datacenter":"dc1"},"Member":{}}'],
    ];
    const consul = agent();
    assert.deepEqual(await consul.services(), [
      { ID: "a", Service: "web", Tags: null, Meta: null, Port: 1, Address: "" },
    ]);
    assert.deepEqual(await consul.checks(), [{ CheckID: "c", ServiceID: "a", Status: "passing" }]);
    assert.equal(await consul.datacenter(), "dc1");
    assert.equal(asked[0]?.token, undefined);
  });

  it("says what was refused, and never the token", async () => {
    answers = [[403, "Permission denied: s3cret\nlacks service:write"]];
    const error = await failure(agent("s3cret").services());
    assert.equal(error.status, 403);
    assert.match(
      error.message,
      /^http:\S+: GET \/v1\/agent\/services: got 403, Permission denied: … lacks service:write$/,
    );
  });

  it("takes a service that is not there for deregistered, and other refusals for what they are", async () => {
    answers = [
      [404, "Unknown service ID"],
      [500, "no"],
    ];
    await agent().deregister("x");
    assert.equal((await failure(agent().deregister("x"))).status, 500);
  });

  it("tells something else than Consul, and nobody at all", async () => {
    answers = [[200, "<html>"]];
    assert.match((await failure(agent().services())).message, /expected a Consul agent there/);
    http.close();
    http.closeAllConnections();
    const error = await failure(agent().services());
    assert.match(error.message, /^http:\S+: no answer: /);
    assert.equal(error.status, undefined);
  });

  it("is used with the token of the moment: a new one in the file counts from the next time on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-test-consul-"));
    const file = join(folder, "consul.json");
    try {
      const access = consulAccess({ address }, file);
      const ask = async (): Promise<void> => {
        const one = await access();
        agents.push(one);
        await one.services();
      };
      await ask();
      for (const text of ['{"token":"a"}', '{"tok', '{"token":"b"}', "{}"]) {
        writeFileSync(file, text);
        await ask();
      }
      assert.deepEqual(
        asked.map(({ token }) => token),
        [undefined, "a", "a", "b", undefined],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
