import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { MetricsServer } from "../../../../orchestrator/metrics/metrics-server";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { config } from "../../../support/orchestrator/security/requests";

describe("metrics: port", () => {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const tokens = [
    { name: "prometheus", scopes: ["read" as const], sha256: sha256("reader") },
    { name: "files", scopes: ["read" as const], sha256: sha256("of-files"), servers: ["files"] },
    { name: "client", scopes: ["mcp" as const], sha256: sha256("client") },
  ];
  const all = config();
  let text = "up 1\n";
  const exposition = { text: async () => text, contentType: "text/plain" };
  const metrics = new MetricsServer({
    guard: new AccessGuard({ config: all, tokens }),
    limits: all.limits,
    exposition,
  });
  let port: number;
  before(async () => {
    port = await metrics.listen(0, "127.0.0.1");
  });
  after(() => metrics.close());

  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<{ status?: number; body: string }> =>
    new Promise((resolve, reject) => {
      const authorization = { Authorization: "Bearer reader" };
      const asked = httpRequest({ port, path, method, headers: { ...authorization, ...headers } }, async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, body });
      });
      asked.on("error", reject).end();
    });

  it("gives the metrics to a token with the scope read", async () => {
    assert.deepEqual(await ask("/metrics"), { status: 200, body: "up 1\n" });
    assert.deepEqual(await ask("/metrics", {}, "HEAD"), { status: 200, body: "" });
  });
  it("leaves other servers out for a token that is limited to some", async () => {
    text = 'up{server="files"} 1\nup{server="http"} 1\nup 1\n';
    const { body } = await ask("/metrics", { Authorization: "Bearer of-files" });
    assert.equal(body, 'up{server="files"} 1\nup 1\n');
  });
  const refusals: [string, Parameters<typeof ask>, number][] = [
    ["no token", ["/metrics", { Authorization: "" }], 400],
    ["a wrong token", ["/metrics", { Authorization: "Bearer wrong" }], 401],
    ["a token of another scope", ["/metrics", { Authorization: "Bearer client" }], 403],
    ["a token in the URL", ["/metrics?token=reader"], 400],
    ["a forged Host", ["/metrics", { Host: "evil.example.com" }], 403],
    ["a forged Origin", ["/metrics", { Origin: "http://evil.example.com" }], 403],
    ["another path", ["/"], 404],
    ["a path that only begins like it", ["/metrics/../etc"], 404],
    ["another method", ["/metrics", {}, "POST"], 405],
    ["headers without end", ["/metrics", { "X-Long": "x".repeat(17_000) }], 431],
  ];
  for (const [what, args, status] of refusals) {
    it(`refuses ${what}: ${status}`, async () => {
      const answer = await ask(...args);
      assert.equal(answer.status, status);
      assert.doesNotMatch(answer.body, /up 1/);
    });
  }
  it("answers a scrape that fails with 500, and does not fall over", async () => {
    const broken = new MetricsServer({
      guard: new AccessGuard({ config: all, tokens }),
      limits: all.limits,
      exposition: { ...exposition, text: () => Promise.reject(new Error("secret detail")) },
    });
    const at = await broken.listen(0, "127.0.0.1");
    const answer = await fetch(`http://127.0.0.1:${at}/metrics`, { headers: { Authorization: "Bearer reader" } });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret detail/);
    await broken.close();
  });
});
