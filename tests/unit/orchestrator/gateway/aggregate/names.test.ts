import assert from "node:assert/strict";
import fc from "fast-check";
import {
  address,
  innerName,
  innerUri,
  outerName,
  outerUri,
  shownName,
} from "../../../../../orchestrator/gateway/aggregate/names";
import { outerItem, outerNotification, outerResult } from "../../../../../orchestrator/gateway/aggregate/outward";
import { Frame, type RequestFrame, type ResponseFrame } from "../../../../../orchestrator/gateway/wire/frame";
import { anyCharacter } from "../../../../support/characters";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

const server = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,20}$/);
const text = (message: object): string => JSON.stringify(message);

function addressed(method: string, params: object): { server: string; params: unknown; name: string } | undefined {
  const found = address(frameOf<RequestFrame>({ jsonrpc: "2.0", id: 1, method, params }));
  return found && { server: found.server, params: found.request.params, name: found.name };
}

describe("gateway: names behind the URL of all servers", () => {
  it("go there and back, whatever the server calls its things", () => {
    fc.assert(
      fc.property(server, fc.string(), (name, thing) => {
        assert.deepEqual(innerName(outerName(name, thing)), { server: name, name: thing });
        assert.deepEqual(innerUri(outerUri(name, thing)), { server: name, uri: thing });
      }),
    );
    for (const thing of ["a__b", "__", "x+y", "mcp-a+b", "file:///a+b", "a\nb"]) {
      assert.deepEqual(innerName(outerName("s", thing)), { server: "s", name: thing });
      assert.deepEqual(innerUri(outerUri("s", thing)), { server: "s", uri: thing });
    }
  });

  it("are shown as model providers take them: the same each time, no two alike", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(server, fc.string({ unit: anyCharacter, maxLength: 90 }), (name, thing) => {
        const shown = shownName(name, thing);
        assert.match(shown, /^[A-Za-z0-9_-]{1,64}$/);
        assert.equal(innerName(shown)?.server, name);
        assert.equal(shownName(name, thing), shown);
        const whole = outerName(name, thing);
        assert.equal(seen.get(shown) ?? whole, whole);
        seen.set(shown, whole);
        if (/^[A-Za-z0-9_-]{1,64}$/.test(whole)) assert.equal(shown, whole);
      }),
    );
    assert.equal(shownName("s", "read.file"), shownName("s", "read.file"));
    assert.notEqual(shownName("s", "read.file"), shownName("s", "read/file"));
    assert.match(shownName("s", "read.file"), /^s__read_file_[0-9a-f]{8}$/);
    assert.equal(shownName("s", "x".repeat(80)).length, 64);
    const { name, _meta } = outerItem("s", { name: "a b", _meta: { other: 1 } }) as { name: string; _meta: object };
    assert.deepEqual([name, _meta], [shownName("s", "a b"), { other: 1, "io.github.dind-mcp/name": "a b" }]);
  });

  it("keep the scheme of an app's pages, which tools name", () => {
    assert.equal(outerUri("s", "ui://a/b"), "ui://mcp-s+a/b");
    assert.deepEqual(innerUri("ui://mcp-s+a/b"), { server: "s", uri: "ui://a/b" });
    const meta = { ui: { resourceUri: "ui://a", visibility: ["app"] }, "ui/resourceUri": "ui://a", other: "ui://a" };
    const outer = {
      ui: { resourceUri: "ui://mcp-s+a", visibility: ["app"] },
      "ui/resourceUri": "ui://mcp-s+a",
      other: "ui://a",
    };
    assert.deepEqual(outerItem("s", { name: "x", _meta: meta })._meta, outer);
    const answer = frameOf<ResponseFrame>({ id: 1, result: { content: [], _meta: meta } });
    assert.deepEqual(outerResult("s", "tools/call", answer).result?._meta, outer);
  });

  it("are none without a server", () => {
    for (const name of ["", "echo", "__echo", "_", "a_b"]) assert.equal(innerName(name), undefined, name);
    for (const uri of ["", "file:///x", "mcp-+x", "mcp-a", "mcp-A+x", "x mcp-a+b"])
      assert.equal(innerUri(uri), undefined, uri);
  });

  it("name one server in every request that is about something", () => {
    const one = { server: "s", name: "x" };
    for (const method of ["tools/call", "prompts/get"]) {
      assert.deepEqual(addressed(method, { name: "s__x", _meta: { a: 1 } }), {
        ...one,
        params: { name: "x", _meta: { a: 1 } },
      });
    }
    for (const method of ["resources/read", "resources/subscribe", "resources/unsubscribe"]) {
      assert.deepEqual(addressed(method, { uri: "mcp-s+x" }), { ...one, params: { uri: "x" } });
    }
    const argument = { name: "a", value: "v" };
    assert.deepEqual(addressed("completion/complete", { ref: { type: "ref/prompt", name: "s__x" }, argument }), {
      ...one,
      params: { ref: { type: "ref/prompt", name: "x" }, argument },
    });
    assert.deepEqual(addressed("completion/complete", { ref: { type: "ref/resource", uri: "mcp-s+x" }, argument }), {
      ...one,
      params: { ref: { type: "ref/resource", uri: "x" }, argument },
    });
  });

  it("stand for nothing when they are missing, of another kind, or of no server", () => {
    for (const params of [{}, { name: 1 }, { name: "x" }, { name: ["s__x"] }, { uri: "mcp-s+x" }]) {
      assert.equal(addressed("tools/call", params), undefined, text(params));
    }
    for (const ref of [undefined, null, 1, {}, { type: "ref/prompt" }]) {
      assert.equal(addressed("completion/complete", { ref }), undefined);
    }
    assert.equal(addressed("tools/list", { name: "s__x" }), undefined);
  });

  it("leave a request's other characters alone", () => {
    const line =
      '{"id":12345678901234567890,"method":"tools/call","params":{"arguments":{"n":1.50,"n":2}, "name":"s__x"}}';
    assert.equal(address(Frame.read(line) as RequestFrame)?.request.text, line.replace("s__x", "x"));
  });

  it("appear in results wherever a URI does, and nowhere else", () => {
    const contents = [
      { uri: "a:1", text: "a:1" },
      { uri: "a:2", blob: "" },
    ];
    const cases: [string, object, object][] = [
      [
        "resources/read",
        { contents, x: 1.5 },
        {
          contents: [
            { uri: "mcp-s+a:1", text: "a:1" },
            { uri: "mcp-s+a:2", blob: "" },
          ],
          x: 1.5,
        },
      ],
      [
        "tools/call",
        {
          content: [
            { type: "text", text: '"uri"' },
            { type: "resource", resource: { uri: "a:1" } },
            { type: "resource_link", uri: "a:1", name: "n" },
            null,
          ],
        },
        {
          content: [
            { type: "text", text: '"uri"' },
            { type: "resource", resource: { uri: "mcp-s+a:1" } },
            { type: "resource_link", uri: "mcp-s+a:1", name: "n" },
            null,
          ],
        },
      ],
      [
        "prompts/get",
        { messages: [{ role: "user", content: { type: "resource", resource: { uri: "a:1" } } }] },
        { messages: [{ role: "user", content: { type: "resource", resource: { uri: "mcp-s+a:1" } } }] },
      ],
    ];
    for (const [method, result, expected] of cases) {
      assert.deepEqual(outerResult("s", method, frameOf<ResponseFrame>({ id: 1, result })).result, expected, method);
    }
    for (const same of [
      '{"id":1,"result":{"content":[{"type":"text","text":"mcp"}],"n":1.50}}',
      '{"id":1,"error":{"code":1,"message":"\\"uri\\""}}',
    ])
      assert.equal(outerResult("s", "tools/call", Frame.read(same) as ResponseFrame).text, same);
  });

  it("appear in notifications of changed resources, and in lists", () => {
    const updated = frameOf({ method: "notifications/resources/updated", params: { uri: "a:1" } });
    assert.equal(outerNotification("s", updated).text, updated.text.replace("a:1", "mcp-s+a:1"));
    const other = frameOf({ method: "notifications/message", params: { uri: "a:1" } });
    assert.equal(outerNotification("s", other).text, other.text);
    assert.deepEqual(outerItem("s", { name: "x", title: "X", extra: 1 }), { name: "s__x", title: "X", extra: 1 });
    assert.deepEqual(outerItem("s", { name: "x", uri: "a:1" }), { name: "s__x", uri: "mcp-s+a:1" });
    assert.deepEqual(outerItem("s", { uriTemplate: "a:{b}" }), { uriTemplate: "mcp-s+a:{b}" });
  });
});
