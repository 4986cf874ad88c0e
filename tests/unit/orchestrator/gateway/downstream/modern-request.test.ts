import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import fc from "fast-check";
import {
  checkModern,
  forwardedHeaders,
  modernStatus,
} from "../../../../../orchestrator/gateway/downstream/modern-request";
import { GatewayError } from "../../../../../orchestrator/gateway/gateway-api";
import type { Frame } from "../../../../../orchestrator/gateway/wire/frame";
import { headerValue, modernRequest } from "../../../../../orchestrator/gateway/wire/modern-send";
import { anyCharacter } from "../../../../support/characters";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

function refusal(
  message: Frame,
  headers: IncomingHttpHeaders,
): { code: number; message: string; data?: unknown } | undefined {
  try {
    checkModern(message, headers);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.status, 400);
    return { code: error.code, message: error.message, ...(error.data ? { data: error.data } : {}) };
  }
}
function call(params: Record<string, unknown> = { name: "echo" }, method = "tools/call") {
  const { request, headers } = modernRequest(1, method, params);
  return { request, headers };
}
const META = "io.modelcontextprotocol/";

describe("gateway: a request of the modern era", () => {
  it("is taken when headers and body agree, whatever the name is made of", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter }),
        fc.constantFrom("tools/call", "prompts/get", "resources/read"),
        (name, method) => {
          const { request, headers } = call(method === "resources/read" ? { uri: name } : { name }, method);
          assert.match(headers["mcp-name"] ?? "", /^[\x20-\x7e]*$/);
          // A lone half of a surrogate pair has no UTF-8: no header can carry it.
          assert.equal(refusal(request, headers) === undefined, !/\p{Surrogate}/u.test(name));
        },
      ),
    );
  });

  it("is refused when a header says something else than the body", () => {
    const { request, headers } = call();
    const cases: [string, IncomingHttpHeaders, RegExp][] = [
      [
        "no version",
        { ...headers, "mcp-protocol-version": undefined },
        /MCP-Protocol-Version: got nothing, expected "2026-07-28"/,
      ],
      [
        "another version",
        { ...headers, "mcp-protocol-version": "2025-11-25" },
        /MCP-Protocol-Version: got "2025-11-25"/,
      ],
      ["no method", { ...headers, "mcp-method": undefined }, /Mcp-Method: got nothing/],
      ["another method", { ...headers, "mcp-method": "ping" }, /Mcp-Method: got "ping", expected "tools\/call"/],
      ["no name", { ...headers, "mcp-name": undefined }, /Mcp-Name: got nothing, expected "echo"/],
      ["another name", { ...headers, "mcp-name": "Echo" }, /Mcp-Name: got "Echo"/],
      ["broken base64", { ...headers, "mcp-name": "=?base64?ZWNoby?=" }, /Mcp-Name/],
      ["base64 with other signs", { ...headers, "mcp-name": "=?base64?ZWN*bw==?=" }, /Mcp-Name/],
    ];
    for (const [what, changed, words] of cases) {
      const refused = refusal(request, changed);
      assert.equal(refused?.code, -32020, what);
      assert.match(refused?.message ?? "", words, what);
    }
    assert.equal(refusal(request, { ...headers, "mcp-name": "=?base64?ZWNobw==?=" }), undefined);
    assert.equal(refusal(request, { ...headers, "mcp-name": "  echo " }), undefined);
  });

  it("is refused without its envelope, or with another version", () => {
    const { request, headers } = call();
    const meta = (changes: object): Frame =>
      request.replace({ path: ["params", "_meta"], json: JSON.stringify({ ...request.meta, ...changes }) });
    assert.equal(refusal(request.replace({ path: ["params"], json: '{"name":"echo"}' }), headers)?.code, -32602);
    assert.equal(refusal(meta({ [`${META}protocolVersion`]: 1 }), headers)?.code, -32602);
    for (const capabilities of [undefined, null, [], "x"]) {
      assert.equal(refusal(meta({ [`${META}clientCapabilities`]: capabilities }), headers)?.code, -32602);
    }
    const unknown = refusal(meta({ [`${META}protocolVersion`]: "2030-01-01" }), {
      ...headers,
      "mcp-protocol-version": "2030-01-01",
    });
    assert.equal(unknown?.code, -32022);
    assert.deepEqual(unknown?.data, { supported: ["2026-07-28"], requested: "2030-01-01" });
  });

  it("asks less of notifications", () => {
    const { request } = call({}, "notifications/progress");
    assert.equal(refusal(frameOf({ method: request.method, params: request.params }), {}), undefined);
  });

  it("hands on the headers that repeat the body, and no other", () => {
    const headers = { ...call({ name: "x" }).headers, "mcp-param-region": "eu" };
    const secret = {
      authorization: "Bearer x",
      cookie: "a=b",
      host: "h",
      "mcp-session-id": "s",
      "x-forwarded-for": "1.2.3.4",
    };
    assert.deepEqual(forwardedHeaders({ ...headers, ...secret }), headers);
  });

  it("has an HTTP status for the errors of the protocol", () => {
    const status = (code: number): number => modernStatus(frameOf({ id: 1, error: { code, message: "" } }));
    assert.equal(modernStatus(frameOf({ id: 1, result: {} })), 200);
    assert.deepEqual([-32601, -32020, -32021, -32022, -32602, 1].map(status), [404, 400, 400, 400, 200, 200]);
  });

  it("writes header values that HTTP can carry, and reads them back", () => {
    assert.equal(headerValue("plain name"), "plain name");
    for (const odd of ["", " x", "x ", "é", "a\nb", "=?base64?x?="])
      assert.match(headerValue(odd), /^=\?base64\?.*\?=$/, odd);
  });
});
