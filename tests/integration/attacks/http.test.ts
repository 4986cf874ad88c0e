import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { type Addresses, addresses } from "../../support/attacks/addresses";
import { ASK } from "../../support/attacks/own-proxy";
import { inside, reachFromEngine } from "../../support/attacks/probe";
import { ALLOWED, MARKER, type Site, startSite } from "../../support/attacks/site";
import { eventually } from "../../support/eventually";
import { connect, docker, type Fleet, theFleet } from "../../support/fleet/fleet";

describe("attacks through the http server", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let site: Site;
  let at: Addresses;
  let client: Client;

  before(async () => {
    fleet = await theFleet();
    at = await addresses(fleet);
    site = await startSite(fleet);
    client = await connect(fleet, "http");
    // The proxy may remember for a minute that the name did not exist.
    await eventually(
      async () => assert.match((await fetch(`http://${ALLOWED}/page`)).text, new RegExp(MARKER)),
      90_000,
    );
  });
  after(async () => {
    await client?.close();
    await site?.remove();
  });

  const fetch = async (url: string) => {
    const result = await client.callTool({ name: "fetch", arguments: { url } });
    const content = result.content as { text?: string }[];
    return { text: content.map((part) => part.text ?? "").join("\n"), isError: result.isError === true };
  };
  const ask = async (requests: string[][]): Promise<string[]> =>
    JSON.parse(await inside(fleet, "mcp-http", "python", ASK, JSON.stringify(requests))) as string[];

  /** Places that are there to be reached, were there no walls; by what they are. */
  const aims = (): Record<string, string> => ({
    "the engine's API at the server's gateway": `${at.gateway("http")}:2376`,
    "the engine's API at the proxy's gateway": `${at.gateway("outbound")}:2376`,
    "the engine's API at the default bridge": `${at.bridge}:2376`,
    "the engine's API at its outer address": `${at.engine}:2376`,
    "the site's private address": `${site.privateAddress}:80`,
  });

  describe("as a URL for the tool", () => {
    const URLS: Record<string, string> = {
      "a host that is not allowed": "https://example.org/",
      "a host below an allowed one": `http://www.${ALLOWED}/page`,
      "a host that ends like an allowed one": `http://not${ALLOWED}/page`,
      "a host that starts like an allowed one": `http://${ALLOWED}.example.org/page`,
      "the wildcard's own name": "https://wikipedia.org/",
      "an allowed host on another port": `http://${ALLOWED}:8080/page`,
      "an allowed host on the engine's port": `http://${ALLOWED}:2376/`,
      "user information that looks like a host": `http://${ALLOWED}@169.254.169.254/`,
      "127.0.0.1": "http://127.0.0.1/",
      localhost: "http://localhost/",
      "localhost on the proxy's port": "http://localhost:3128/squid-internal-mgr/info",
      "cloud metadata": "http://169.254.169.254/latest/meta-data/",
      "a decimal address": "http://2130706433/",
      "a hexadecimal address": "http://0x7f000001/",
      "an octal address": "http://0177.0.0.1/",
      "a short address": "http://127.1/",
      "metadata, decimal": "http://2852039166/",
      "IPv6 loopback": "http://[::1]/",
      "IPv4 in IPv6": "http://[::ffff:127.0.0.1]/",
      "metadata in IPv6": "http://[::ffff:169.254.169.254]/",
      "the unspecified address": "http://0.0.0.0/",
      "the database": "http://database:5432/",
      "the proxy itself": "http://egress:3128/squid-internal-mgr/menu",
      "a file": "file:///etc/passwd",
      ftp: `ftp://${ALLOWED}/page`,
      gopher: `gopher://${ALLOWED}/`,
    };

    for (const [what, url] of Object.entries(URLS)) {
      it(`refuses ${what}: ${url}`, async () => {
        const before = (await site.requests()).length;
        const { text, isError } = await fetch(url);
        assert.ok(isError, text);
        assert.doesNotMatch(text, new RegExp(MARKER));
        assert.equal((await site.requests()).length, before, "the site was asked");
      });
    }

    it("refuses redirects of an allowed site to anywhere else", async () => {
      const targets = ["http://169.254.169.254/", "http://127.0.0.1:3128/", "http://[::1]/", "http://2130706433/"];
      const more = [
        "https://example.org/",
        `http://${ALLOWED}:8080/page`,
        "file:///etc/passwd",
        `https://${site.privateName}/page`,
      ];
      const places = Object.values(aims()).map((place) => `http://${place}/page`);
      for (const target of [...targets, ...more, ...places]) {
        const { text, isError } = await fetch(`http://${ALLOWED}/to?${target}`);
        assert.ok(isError, `${target}: ${text}`);
        assert.ok((await site.requests()).at(-1)?.endsWith(`/to?${target}`), "the redirect was not even seen");
      }
      const good = await fetch(`http://${ALLOWED}/to?http://${ALLOWED}/page`);
      assert.match(good.text, new RegExp(MARKER), "a redirect that stays is followed");
    });

    it("refuses the engine's API and private addresses, by each address they have", async () => {
      for (const [what, place] of Object.entries(aims())) {
        const [host = "", port] = place.split(":");
        assert.equal(await reachFromEngine(fleet, { host, port: Number(port) }), "open", `${what} is not there`);
        for (const scheme of ["http", "https"]) {
          const { text, isError } = await fetch(`${scheme}://${place}/page`);
          assert.ok(isError, `${what}: ${text}`);
        }
      }
    });
  });

  describe("as a request straight to the proxy", () => {
    it("passes what is allowed", async () => {
      const [page, tunnel] = await ask([
        [`GET http://${ALLOWED}/page HTTP/1.1`, `Host: ${ALLOWED}`],
        [`CONNECT ${site.publicName}:443 HTTP/1.1`, `Host: ${site.publicName}:443`],
      ]);
      assert.match(page ?? "", new RegExp(`^HTTP/1.1 200 [\\s\\S]*${MARKER}`));
      assert.match(tunnel ?? "", /^HTTP\/1.1 200 /);
    });

    it("refuses a name that is allowed and leads to a private address (rebinding)", async () => {
      const known = await docker(fleet, "exec", "mcp-egress", "getent", "ahostsv4", site.privateName);
      assert.ok(known.startsWith(site.privateAddress), "the proxy cannot look up the name at all");
      const [answer] = await ask([[`CONNECT ${site.privateName}:443 HTTP/1.1`, `Host: ${site.privateName}:443`]]);
      assert.match(answer ?? "", /^HTTP\/1.1 403 /);
    });

    it("refuses all else", async () => {
      const places = [
        ...Object.values(aims()),
        ...["127.0.0.1:3128", "127.0.0.1:443", "localhost:443", "[::1]:443", "[::ffff:127.0.0.1]:443", "0.0.0.0:443"],
        ...[
          "169.254.169.254:80",
          "169.254.169.254:443",
          "[::ffff:169.254.169.254]:443",
          "2130706433:443",
          "0x7f.1:443",
        ],
        ...[`${at.container("database")}:5432`, `${at.hostGateway}:22`, `${site.address}:443`, `${site.address}:80`],
        ...[`${ALLOWED}:22`, `${ALLOWED}:25`, `${ALLOWED}:2376`, "example.org:443", "wikipedia.org:443"],
        ...["en.wikipedia.org:80", "xwikipedia.org:443", "database:5432", "egress:3128", "mcp-http:80"],
      ];
      const gets = [
        ...places
          .map((place) => `GET http://${place}/page HTTP/1.1`)
          .filter((line) => !line.includes(`${ALLOWED}:443`)),
        ...[
          `GET ftp://${ALLOWED}/page HTTP/1.1`,
          "GET file:///etc/passwd HTTP/1.1",
          "GET cache_object://localhost/info HTTP/1.1",
        ],
        ...["GET http://egress:3128/squid-internal-mgr/info HTTP/1.1", `GET http://${ALLOWED}@127.0.0.1/ HTTP/1.1`],
      ].map((line) => [line, `Host: ${ALLOWED}`]); // a Host header does not count
      const tunnels = places.map((place) => [`CONNECT ${place} HTTP/1.1`, `Host: ${ALLOWED}:443`]);
      const odd = [
        ["GET /page HTTP/1.1", `Host: ${ALLOWED}`],
        ["PURGE http://localhost/ HTTP/1.1", "Host: localhost"],
      ];
      const before = (await site.requests()).length;
      const requests = [...gets, ...tunnels, ...odd];
      const answers = await ask(requests);
      for (const [index, answer] of answers.entries()) {
        assert.match(answer, /^HTTP\/1\.[01] 4(00|03|05) /, requests[index]?.[0]);
      }
      assert.equal((await site.requests()).length, before, "the site was asked");
    });
  });
});
