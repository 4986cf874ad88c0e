import assert from "node:assert/strict";
import type { Finding } from "../../../../cli/proxy/check/finding";
import { removeFixture } from "../../../support/orchestrator/gateway/fixture-server";
import type { ProxyName } from "../../../support/proxy/programs";
import { CLIENT, ProxySite } from "../../../support/proxy/proxy-site";
import { usePage } from "../../../support/proxy/use-page";

interface Report {
  url: string;
  findings: Finding[];
}

/** Real programs; tests/proxies/run.sh has more of them, for longer. */
describe("a proxy in front of the fleet", function () {
  this.timeout(120_000);
  after(removeFixture);

  for (const name of ["nginx", "haproxy"] satisfies ProxyName[]) {
    describe(`${name}, with our file`, () => {
      let site: ProxySite;
      before(async () => {
        site = await ProxySite.open(name);
      });
      after(async () => await site?.close());

      it("has nothing wrong in `proxy check`", async () => {
        const { code, stdout, stderr } = await site.check("--quick", "--json");
        assert.equal(code, 0, stdout + stderr);
        const { findings } = JSON.parse(stdout) as Report;
        assert.deepEqual(
          findings.map(({ about, result }) => [about, result]),
          ["fleet", "tls", "token", "host", "client", "headers", "request id", "traceparent", "bodies", "mcp"].map(
            (about) => [about, "ok"],
          ),
          stdout,
        );
      });

      for (const era of ["legacy", "modern"] as const) {
        it(`lets a client of the ${era} era list, call, and hear of progress at once`, async () => {
          const { client, ...connected } = await site.client(era);
          void connected;
          try {
            const { tools } = await client.listTools();
            assert.ok(tools.some(({ name: tool }) => tool === "test_simple_text"));
            const heard: number[] = [];
            await client.callTool(
              { name: "test_tool_with_progress", arguments: {} },
              { onprogress: ({ progress }) => void heard.push(progress) },
            );
            assert.deepEqual(heard, [0, 50, 100]);
          } finally {
            await client.close();
          }
        });
      }

      it("names the client in the audit log, not itself", async () => {
        const headers = { authorization: "Bearer wrong", "x-forwarded-for": "203.0.113.9" };
        await site.fetch(`${site.url}/v1/servers`, { headers });
        const { body } = await site.api.call<{ items: { kind: string; client?: string }[] }>(
          "GET",
          "/v1/audit?kind=auth",
          {
            as: "read",
          },
        );
        assert.equal(body.items[0]?.client, CLIENT, "what the client wrote into the header itself does not count");
      });

      it("serves the page by a host name of its own: sign-in, cookie, and a stream that comes at once", async () => {
        await usePage(site);
      });
    });
  }

  describe("under a path", () => {
    for (const name of ["nginx", "haproxy"] satisfies ProxyName[]) {
      it(`serves the fleet there and nothing beside it: ${name}`, async () => {
        const site = await ProxySite.open(name, { prefix: "/fleet" });
        try {
          const { code, stdout, stderr } = await site.check("--quick");
          assert.equal(code, 0, stdout + stderr);
          const beside = await site.fetch(`${new URL(site.url).origin}/healthz`);
          assert.equal(beside.status, 404);
        } finally {
          await site.close();
        }
      });

      it(`has the page at the root of the same host: ${name}`, async () => {
        const site = await ProxySite.open(name, { prefix: "/fleet", pageHost: "localhost" });
        try {
          const [page, api] = [await site.fetch(site.pageUrl), await site.fetch(`${site.url}/healthz`)];
          assert.match(await page.text(), /<title>the page/);
          assert.deepEqual(await api.json(), { alive: true });
        } finally {
          await site.close();
        }
      });
    }
  });

  describe("that does something wrong", () => {
    const WRONGS: { what: string; about: string; detail: RegExp; mend: (file: string) => string }[] = [
      {
        what: "hands on its own Host",
        about: "fleet",
        detail: /403/,
        mend: (file) => file.replace("$http_host", "dind-mcp"),
      },
      {
        what: "keeps the token",
        about: "token",
        detail: /HTTP 401/,
        mend: (file) => file.replace("proxy_http_version", 'proxy_set_header Authorization ""; proxy_http_version'),
      },
      {
        what: "loses a header",
        about: "headers",
        detail: /^lost: last-event-id$/,
        mend: (file) => file.replace("proxy_http_version", 'proxy_set_header Last-Event-ID ""; proxy_http_version'),
      },
      {
        what: "takes small bodies only",
        about: "bodies",
        detail: /HTTP 413 of nginx/,
        mend: (file) => file.replace(/client_max_body_size .*;/, "client_max_body_size 1m;"),
      },
      {
        what: "does not say who the client is",
        about: "client",
        detail: /no X-Forwarded-For/,
        mend: (file) => file.replace(/proxy_set_header X-Forwarded-For .*/, ""),
      },
      {
        what: "lets no DELETE through",
        about: "mcp",
        detail: /^DELETE: got HTTP 405/,
        mend: (file) => file.replace("location / {", "location / { if ($request_method = DELETE) { return 405; }"),
      },
    ];
    for (const { what, about, detail, mend } of WRONGS) {
      it(`is told so: ${what}`, async () => {
        const site = await ProxySite.open("nginx", { mend });
        try {
          const { stdout, stderr } = await site.check("--quick", "--json");
          const { findings } = JSON.parse(stdout) as Report;
          const bad = findings.filter(({ result }) => result !== "ok");
          assert.deepEqual([...new Set(bad.map((one) => one.about))], [about], stdout + stderr);
          assert.match(bad[0]?.detail ?? "", detail);
          assert.ok(bad[0]?.fix, "says how to mend it");
        } finally {
          await site.close();
        }
      });
    }
  });
});
