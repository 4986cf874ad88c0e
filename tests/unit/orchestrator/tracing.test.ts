import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CallTracer, openTracer, traceparentOf } from "../../../orchestrator/tracing";

interface Span {
  name: string;
  traceId: string;
  parentSpanId?: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const UNSAMPLED = `00-${TRACE}-b7ad6b7169203331-00`;

describe("tracing", () => {
  let collector: Server;
  let endpoint: string;
  let received: {
    url?: string;
    body: { resourceSpans: { resource: { attributes: Span["attributes"] }; scopeSpans: { spans: Span[] }[] }[] };
  }[];
  const warnings: string[] = [];
  beforeEach(async () => {
    received = [];
    warnings.splice(0);
    collector = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      received.push({ url: request.url, body: JSON.parse(body) });
      response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    collector.closeAllConnections();
    collector.close();
  });
  const open = async (at = endpoint, sampleRatio = 1): Promise<CallTracer> => {
    const tracer = await openTracer(
      { tracing: { endpoint: at, sampleRatio }, stack: "dind-mcp/test", version: "0.1.0" },
      (text) => warnings.push(text),
    );
    assert.ok(tracer);
    return tracer;
  };
  const spans = (): Span[] =>
    received.flatMap(({ body }) =>
      body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)),
    );
  const attributes = (list: Span["attributes"] = []): Record<string, unknown> =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));

  it("sends a span for a call, below the client's, by the conventions for MCP", async () => {
    const tracer = await open();
    const call = {
      request: "r1",
      method: "tools/call",
      server: "files",
      tool: "read",
      session: "abcdefgh",
      traceparent: PARENT,
    };
    tracer.finished(call, "ok", undefined, 250);
    await tracer.close();
    assert.deepEqual(
      received.map(({ url }) => url),
      ["/v1/traces"],
    );
    const [span] = spans();
    assert.ok(span);
    assert.deepEqual(
      [span.name, span.traceId, span.parentSpanId, span.kind],
      ["tools/call read", TRACE, "b7ad6b7169203331", 2],
    );
    assert.equal(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano), 250_000_000n);
    assert.deepEqual(attributes(span.attributes), {
      "mcp.method.name": "tools/call",
      "mcp.session.id": "abcdefgh",
      "dind_mcp.server": "files",
      "dind_mcp.request.id": "r1",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "read",
    });
    const resource = attributes(received[0]?.body.resourceSpans[0]?.resource.attributes);
    assert.deepEqual([resource["service.name"], resource["dind_mcp.stack"]], ["dind-mcp", "dind-mcp/test"]);
  });
  it("marks what failed", async () => {
    const tracer = await open(`${endpoint}/`);
    tracer.finished({ request: "r", method: "tools/call", tool: "x" }, "tool-error", undefined, 1);
    tracer.finished({ request: "r", method: "tools/list" }, "error", -32603, 1);
    await tracer.close();
    const shown = spans().map(({ name, status, attributes: list }) => {
      const { "error.type": type, "rpc.response.status_code": code } = attributes(list);
      return [name, status.code, type, code];
    });
    assert.deepEqual(shown, [
      ["tools/call x", 2, "tool_error", undefined],
      ["tools/list", 2, "error", "-32603"],
    ]);
    assert.deepEqual(
      received.map(({ url }) => url),
      ["/v1/traces"],
    );
  });
  it("samples by the client's decision, and without one by the ratio", async () => {
    const tracer = await open(endpoint, 0);
    tracer.finished({ request: "r", method: "ping" }, "ok", undefined, 1);
    tracer.finished({ request: "r", method: "ping", traceparent: UNSAMPLED }, "ok", undefined, 1);
    tracer.finished({ request: "r", method: "sampled", traceparent: PARENT }, "ok", undefined, 1);
    await tracer.close();
    assert.deepEqual(
      spans().map(({ name }) => name),
      ["sampled"],
    );
  });
  it("goes on when the collector is gone, says so once, and ends in time", async () => {
    collector.close();
    const tracer = await open();
    for (let index = 0; index < 5_000; index++) tracer.finished({ request: "r", method: "ping" }, "ok", undefined, 1);
    await tracer.close();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /traces cannot be sent/);
  }).timeout(60_000);

  const good = [PARENT, UNSAMPLED, `01-${TRACE}-b7ad6b7169203331-01-more`];
  const bad = [
    "",
    "x",
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `ff-${TRACE}-b7ad6b7169203331-01`,
    PARENT.toUpperCase(),
    `${PARENT}\n`,
  ];
  it("reads traceparent from _meta, and else from the header", () => {
    for (const text of good) assert.equal(traceparentOf({ traceparent: text }, PARENT), text);
    for (const text of bad) assert.equal(traceparentOf({ traceparent: text }, PARENT), PARENT, text);
    for (const text of bad) assert.equal(traceparentOf(undefined, text), undefined, text);
    for (const meta of [null, 5, "x", [], { traceparent: 5 }]) assert.equal(traceparentOf(meta, [PARENT]), undefined);
  });
});
