import assert from "node:assert/strict";
import { Frame } from "../../../../orchestrator/gateway/wire/frame";
import { rawAt } from "../../../support/orchestrator/gateway/frames";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type McpClient, modern } from "../../../support/orchestrator/gateway/mcp-client";

const hex = (text: string): string => Buffer.from(text).toString("hex");

/** Everything that a parser and a writer of JSON would change. */
const ODD = [
  '"big":123456789012345678901234567890',
  '"exact":1.10',
  '"power":1E400',
  '"zero":-0',
  '"z":1,"a":2,"10":3,"9":4',
  '"twice":1,"twice":2',
  '"escapes":"\\u00e9\\ud83d\\ude00\\/\\u2028\\u0000"',
  '"plain":"é😀"', // lines.test.ts has what does change
  '"half":"\\ud800"',
  '"spaces" : [ 1 ,\t2 ]',
  '"__proto__":{"polluted":true}',
  '"":null',
].join(",");

describe("gateway: what passes through untouched", () => {
  let site: Site;
  let client: McpClient;

  before(async () => {
    site = await Site.open();
    await site.stdio("one");
    await site.stdio("modern", { command: ["--era", "modern"] });
    await site.stdio("legacy", { command: ["--era", "legacy"] });
    client = await site.client("one");
  });
  after(Site.closeAll);

  const meta = '"_meta":{"progressToken":9007199254740993,"example.com/x":{"b":1,"a":2}}';
  const request = (id: string, name = "echo"): string =>
    `{ "params":{${ODD},"name":"${name}",${meta},"arguments":{${ODD}}},"extra":{${ODD}}, "id": ${id},"method":"tools/call","jsonrpc":"2.0"}`;

  it("a request of a session, and its answer, to the byte", async () => {
    for (const id of ["1", '"a\\u0062c"', "9007199254740993", "1.0", '""', "-7"]) {
      const text = request(id);
      const reply = await client.ask(text);
      // The server put the line that it got into its answer.
      assert.equal(reply.text, `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"line":${text}}}`);
    }
  });

  it("line ends, which stdio cannot carry, as spaces", async () => {
    const text = request("2").replaceAll(",", ",\r\n  ");
    const reply = await client.ask(text);
    assert.equal(rawAt(reply.text, ["result", "line"]), text.replace(/[\r\n]/g, " "));
  });

  it("whatever a server says: answers, notifications, questions", async () => {
    const odd = `{"jsonrpc":"2.0", "id":@ID@,"result":{${ODD},"content":[],"_meta":{${ODD}}},"more":{${ODD}}}`;
    const lines = [
      `{"jsonrpc":"2.0","method":"notifications/message","params":{${ODD},"_meta":{${ODD}}},"more":1.50}`,
      `{"jsonrpc":"2.0","id":"q\\u0031","method":"sampling/createMessage","params":{${ODD}}}`,
      `{"jsonrpc":"2.0","method":"notifications/made/up","params":[1.0]}`,
    ];
    const args = { hex: hex(`${[...lines, odd].join("\n")}\n`), only: true };
    const reply = await client.ask({
      jsonrpc: "2.0",
      id: 31,
      method: "tools/call",
      params: { name: "say", arguments: args },
    });
    assert.deepEqual(reply.messages, [...lines, odd.replace("@ID@", "31")]);
  });

  it("what the client answers and tells", async () => {
    const asking = client.start("ask");
    await asking.has("elicitation/create");
    const answer = `{"jsonrpc":"2.0","result":{${ODD},"action":"accept"},"id":"q1" ,"more":1.50}`;
    assert.equal((await client.ask(answer)).status, 202);
    await asking.done;
    assert.equal(rawAt(asking.messages.at(-1) ?? "", ["result", "answer"]), answer);
    const told = `{"jsonrpc":"2.0","method":"notifications/made/up","params":{${ODD}}}`;
    await client.ask(told);
    const heard = await client.ask({ jsonrpc: "2.0", id: "h", method: "tools/call", params: { name: "heard" } });
    assert.ok(heard.text.includes(told));
  });

  it("initialize, with fields that no schema knows", async () => {
    const text = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{${ODD},"protocolVersion":"2025-11-25","capabilities":{"experimental":{"x":1.50}}}}`;
    const other = site.caller("one");
    const reply = await other.ask(text);
    other.session = reply.headers["mcp-session-id"] as string;
    const heard = await other.ask({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "heard" } });
    assert.ok(heard.text.includes(text), heard.text);
  });

  for (const [server, note] of [
    ["modern", "the server is of the modern era"],
    ["legacy", "the server has sessions: the kind of result is added"],
  ] as const) {
    it(`a modern request, but for its id and token, when ${note}`, async () => {
      const caller = site.caller(server);
      const [body, headers] = modern("tools/call", { name: "echo" });
      const envelope = JSON.stringify((body.params as { _meta: object })._meta).slice(1, -1);
      for (const id of ["9007199254740993", '"a\\u0062c"', "1.0"]) {
        const text = request(id).replace(meta, meta.replace('"_meta":{', `"_meta":{${envelope},`));
        const reply = await caller.ask(text, headers);
        assert.equal(reply.status, 200, reply.text);
        const line = rawAt(reply.text, ["result", "line"]) ?? "";
        const own = rawAt(line, ["id"]) ?? "";
        assert.notEqual(own, id, "an id of the connection's own");
        const back = Frame.read(line).replace(
          { path: ["id"], json: id },
          { path: ["params", "_meta", "progressToken"], json: "9007199254740993" },
        );
        assert.equal(back.text, text);
        const answer = `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"line":${line}}}`;
        assert.equal(reply.text.replace('"resultType":"complete",', ""), answer);
      }
    });

    it(`what a server says in a modern call, but for id and token, when ${note}`, async () => {
      const caller = site.caller(server);
      const odd = `{"jsonrpc":"2.0", "id":@ID@,"result":{${ODD},"content":[],"_meta":{${ODD}}},"more":{${ODD}}}`;
      const progress = `{"jsonrpc":"2.0","method":"notifications/progress","params":{${ODD},"progressToken":@ID@,"progress":1.0}}`;
      const token = "9007199254740993";
      const [body, headers] = modern("tools/call", {
        name: "say",
        arguments: { hex: hex(`${progress}\n${odd}\n`), only: true },
        _meta: { progressToken: "TOKEN" },
      });
      const reply = await caller.ask(JSON.stringify(body).replace('"TOKEN"', token), headers);
      const [first, last] = reply.messages;
      assert.equal(first, progress.replace("@ID@", token));
      assert.equal(last?.replace('"resultType":"complete",', ""), odd.replace("@ID@", "1"));
    });
  }

  it("what goes to one server through the URL of all, but for its name", async () => {
    const all = await site.client();
    const text = request("9007199254740993", "one__echo");
    const legacy = await all.ask(text);
    assert.equal(rawAt(legacy.text, ["result", "line"]), text.replace("one__echo", "echo"));
    assert.equal(rawAt(legacy.text, ["id"]), "9007199254740993");
    const [body, headers] = modern("tools/call", { name: "one__echo", arguments: { a: "ODD" } });
    const reply = await site.caller().ask(JSON.stringify(body).replace('"a":"ODD"', ODD), headers);
    assert.ok(reply.text.includes(ODD), reply.text);
  });

  it("and errors carry the id as it was written", async () => {
    const all = await site.client();
    for (const id of ["9007199254740993", '"a\\u0062c"']) {
      const reply = await all.ask(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"nothing"}}`);
      assert.equal(rawAt(reply.text, ["id"]), id, reply.text);
    }
  });
});
