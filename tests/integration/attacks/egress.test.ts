import assert from "node:assert/strict";
import { type Addresses, addresses } from "../../support/attacks/addresses";
import { type OwnProxy, startProxy } from "../../support/attacks/own-proxy";
import { type Attempt, tryPlainly, type Usual } from "../../support/attacks/plain-clients";
import { reachFromEngine } from "../../support/attacks/probe";
import { ALLOWED, MARKER, type Site, startSite } from "../../support/attacks/site";
import { eventually } from "../../support/eventually";
import { docker, type Fleet, theFleet } from "../../support/fleet/fleet";

const get = (url: string): string[] => [`GET ${url} HTTP/1.1`, "Host: example.com"]; // a Host header does not count
const tunnel = (place: string): string[] => [`CONNECT ${place} HTTP/1.1`, `Host: ${place}`];

describe("attacks through the egress proxy", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let at: Addresses;
  let site: Site;

  before(async () => {
    fleet = await theFleet();
    at = await addresses(fleet);
    site = await startSite(fleet);
  });
  after(() => site?.remove());

  describe("of a server with `egress: public`", () => {
    let proxy: OwnProxy;
    const one = async (lines: string[]): Promise<string> => (await proxy.ask([lines]))[0] ?? "";

    before(async () => {
      proxy = await startProxy(fleet, ["public"]);
      await eventually(async () => assert.match(await one(get(`http://${ALLOWED}/page`)), new RegExp(MARKER)), 90_000);
    });
    after(() => proxy?.remove());

    it("passes public names, on the ports of the web", async () => {
      const answers = await proxy.ask([get(`http://${site.publicName}/page`), tunnel(`${site.publicName}:443`)]);
      for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 200 /);
    });

    it("refuses all else: addresses however they are written, private names, other ports", async () => {
      const own = {
        "the engine's API": `${at.engine}:2376`,
        "the engine's gateway": `${at.gateway("outbound")}:2376`,
        "the site's private address": `${site.privateAddress}:80`,
      };
      for (const [what, place] of Object.entries(own)) {
        const [host = "", port] = place.split(":");
        assert.equal(await reachFromEngine(fleet, { host, port: Number(port) }), "open", `${what} is not there`);
      }
      const hosts = [
        ...["127.0.0.1", "127.1", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost"],
        ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fd00::1]", "[fe80::1]"],
        ...["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "metadata.google.internal"],
        ...[
          "METADATA.Google.Internal.",
          "db.corp",
          "nas.local",
          "router.lan",
          "x.home.arpa",
          "localhost.",
          "a.localhost",
        ],
        ...["database", "egress", "mcp-orchestrator", "mcp-http", "host.docker.internal", "example"],
        ...[site.address, site.privateAddress, at.engine, at.hostGateway, at.bridge, at.container("orchestrator")],
      ];
      const places = [
        ...hosts.flatMap((host) => [`${host}:80`, `${host}:443`]),
        ...Object.values(own),
        ...[22, 25, 2376, 3128, 8080].map((port) => `${site.publicName}:${port}`),
      ];
      const requests = [
        ...places.flatMap((place) => [tunnel(place), get(`http://${place}/page`)]),
        get(`http://${ALLOWED}@${site.privateAddress}/page`),
        get(`http://${site.privateAddress}%2f.${ALLOWED}/page`),
        get(`http://${site.privateAddress}%00.${ALLOWED}/page`),
        get(`https://${site.privateAddress}/page`),
        get(`ftp://${ALLOWED}/page`),
        get("cache_object://localhost/info"),
      ];
      const before = (await site.requests()).length;
      const answers = await proxy.ask(requests);
      for (const [index, answer] of answers.entries()) {
        assert.match(answer, /^HTTP\/1\.[01] 4(00|03|05) /, requests[index]?.[0]);
      }
      assert.equal((await site.requests()).length, before, "the site was asked");
    });

    it("refuses a name that leads to a private address", async () => {
      const known = await docker(fleet, "exec", "mcp-egress", "getent", "ahostsv4", site.privateName);
      assert.ok(known.startsWith(site.privateAddress), known);
      const name = site.privateName;
      for (const answer of await proxy.ask([tunnel(`${name}:443`), get(`http://${name}/page`)])) {
        assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*X-Squid-Error: NOT_PUBLIC/);
      }
    });
  });

  describe("of a server that the config opens private hosts to", () => {
    let proxy: OwnProxy;
    before(async () => {
      const granted = [`${site.privateName}:80`, `${at.engine}:2376`, `${at.hostGateway}:80`];
      proxy = await startProxy(fleet, [...granted, `${site.privateName}:443`, `${ALLOWED}:80`], {
        privateHosts: granted,
      });
      await eventually(async () => {
        const [answer] = await proxy.ask([get(`http://${ALLOWED}/page`)]);
        assert.match(answer ?? "", new RegExp(MARKER));
      }, 90_000);
    });
    after(() => proxy?.remove());

    it("refuses the engine and the host in the engine's network all the same, and what was not opened", async () => {
      const before = (await site.requests()).length;
      const places = [`${at.engine}:2376`, `${at.hostGateway}:80`, `${site.privateName}:443`];
      for (const answer of await proxy.ask(places.map(tunnel))) {
        assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*not public/);
      }
      const others = [`${site.privateName}:8080`, `${site.privateAddress}:80`, "127.0.0.1:80", "169.254.169.254:80"];
      for (const answer of await proxy.ask(others.map(tunnel))) assert.match(answer, /^HTTP\/1\.1 403 /);
      assert.equal((await site.requests()).length, before, "the site was asked");
    });

    it("has squid's leave for an open host; the firewall of an engine that was not told stands before it still", async () => {
      const [answer] = await proxy.ask([tunnel(`${site.privateName}:80`)]);
      assert.match(answer ?? "", /^HTTP\/1\.1 503 [\s\S]*allows .* but nobody answers there/);
    });
  });

  describe("of programs that know no proxy", () => {
    let proxy: OwnProxy;
    /** What the site answers to a request on a plain connection to a host and port; "" when it is closed. */
    const plain = (host: string, port: number): Promise<string> =>
      proxy.run(`
import socket
try:
    s = socket.create_connection((${JSON.stringify(host)}, ${port}), 20)
    s.sendall(b"GET /page HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n")
    answer = b""
    while chunk := s.recv(65536):
        answer += chunk
    print(answer.decode())
except OSError as error:
    print(error)`);

    before(async () => {
      // The site listens on 80 and 443 only; the port that is none of the web's puts a name into /etc/hosts.
      const hosts = [site.publicName, site.privateName];
      proxy = await startProxy(fleet, [...hosts.flatMap((host) => [`${host}:22`, `${host}:80`]), `${ALLOWED}:80`]);
      await eventually(async () => assert.match(await plain(site.publicName, 80), new RegExp(MARKER)), 90_000);
    });
    after(() => proxy?.remove());

    it("passes what is listed, by the host's name", async () => {
      assert.match(await plain(site.publicName, 80), new RegExp(MARKER));
      const log = await proxy.log();
      assert.ok(
        log.some((line) => line.includes(` CONNECT ${site.publicName}:80 -`)),
        log.join("\n"),
      );
    });

    it("refuses ports that are not listed, other names, and names that lead to a private address", async () => {
      const before = (await site.requests()).length;
      assert.match(await plain(site.publicName, 443), /refused/);
      assert.match(await plain(ALLOWED, 80), /resolution|known/);
      assert.match(await plain(site.privateName, 80), /^HTTP\/1\.1 403 [\s\S]*leads to an address that is not public/);
      assert.equal((await site.requests()).length, before, "the site was asked");
    });
  });

  describe("of programs that ignore the proxy's variables, with `transparentEgress`", () => {
    let proxy: OwnProxy;
    const attempt = (what: (Attempt | Usual)[]): Promise<string[]> => tryPlainly(proxy, what);

    before(async () => {
      await site.serveTls();
      const listed = [80, 443, 8_443].map((port) => `*.wikipedia.org:${port}`);
      proxy = await startProxy(fleet, [`${ALLOWED}:80`, ...listed], { transparentEgress: true });
      await eventually(async () => {
        const [answer] = await attempt([{ scheme: "http", host: ALLOWED, port: 80 }]);
        assert.match(answer ?? "", new RegExp(MARKER));
      }, 90_000);
    });
    after(() => proxy?.remove());

    it("brings Python's plain clients to what is listed, wildcards included, over HTTP and TLS", async () => {
      const [http, tls, curled] = await attempt([
        { scheme: "http", host: site.publicName, port: 80 },
        { scheme: "https", host: site.publicName, port: 8_443 },
        { to: site.publicName, port: 8_443, sni: site.publicName, host: site.publicName },
      ]);
      assert.match(http ?? "", new RegExp(`^200 [\\s\\S]*${MARKER}`));
      assert.match(tls ?? "", /^200 [\s\S]*s_server/);
      assert.match(curled ?? "", /^HTTP\/1\.0 200 ok/);
    });

    it("refuses all else, in the program's own protocol, and the log says why", async () => {
      const before = (await site.requests()).length;
      const [text, unlisted, port, udp] = await attempt([
        { to: "elsewhere.example.org", port: 80, host: "elsewhere.example.org" },
        { to: ALLOWED, port: 443, sni: ALLOWED },
        { to: site.publicName, port: 22, host: site.publicName },
        { to: site.publicName, port: 443, udp: true },
      ]);
      assert.match(text ?? "", /^HTTP\/1\.1 403 [\s\S]*may not reach elsewhere\.example\.org on port 80/);
      assert.match(unlisted ?? "", /access denied/i);
      for (const answer of [port, udp]) assert.match(answer ?? "", /refused/i);
      const log = (await proxy.log()).join("\n");
      assert.match(log, / CONNECT elsewhere\.example\.org:80 NOT_LISTED$/m);
      assert.match(log, / CONNECT example\.com:443 NOT_LISTED$/m);
      assert.equal((await site.requests()).length, before, "the site was asked");
    });

    it("goes by the name that was said, whatever address was meant: no lie leads inside", async () => {
      const before = (await site.requests()).length;
      const to = ALLOWED;
      const names = [
        site.privateName,
        ...["metadata.google.internal", "localhost.localdomain", "mcp-orchestrator", "egress", "db.lan", "a.localhost"],
      ];
      const addresses = [
        site.privateAddress,
        at.engine,
        "169.254.169.254",
        "127.0.0.1",
        "2130706433",
        "[::1]",
        "0x7f.1",
      ];
      const attempts: Attempt[] = [
        ...names.map((name) => ({ to, port: 8_443, sni: name })),
        ...[...names, ...addresses].map((host) => ({ to, port: 80, host })),
        { to, port: 8_443, sni: "" }, // no name
        { to, port: 80 },
        { to, port: 80, host: `${ALLOWED}@${site.privateAddress}` },
      ];
      const answers = await attempt(attempts);
      for (const [index, answer] of answers.entries())
        assert.match(answer, /^HTTP\/1\.1 403 |access denied/i, JSON.stringify(attempts[index]));
      assert.equal((await site.requests()).length, before, "the site was asked");
      const log = (await proxy.log()).join("\n");
      assert.match(log, new RegExp(` CONNECT ${site.privateName}:8443 NOT_PUBLIC$`, "m"));
      assert.match(log, / CONNECT -:8443 NO_NAME$/m);
    });

    it("takes no address out of a request: it goes where its Host goes", async () => {
      const [answer] = await attempt([
        { to: ALLOWED, port: 80, host: ALLOWED, target: `http://${site.privateAddress}/page` },
      ]);
      assert.match(answer ?? "", new RegExp(MARKER));
      const wrong = new RegExp(` CONNECT ${site.privateAddress.replaceAll(".", "\\.")}:\\d+ -$`, "m");
      assert.doesNotMatch((await proxy.log()).join("\n"), wrong);
      const asked = async () => assert.match((await site.requests()).join("\n"), /^80 GET example\.com http:/m);
      await eventually(asked, 30_000); // Docker's log may be a moment late
    });
  });

  describe("in words that a model can read", () => {
    let proxy: OwnProxy;
    before(async () => {
      proxy = await startProxy(fleet, [`${ALLOWED}:80`, "nobody-is-here.example.com:443"]);
      // It may remember for a minute that the name did not exist.
      await eventually(async () => {
        const [answer] = await proxy.ask([get(`http://${ALLOWED}/page`)]);
        assert.match(answer ?? "", new RegExp(MARKER));
      }, 90_000);
    });
    after(() => proxy?.remove());

    const body = (answer = ""): string => answer.split("\r\n\r\n").slice(1).join("\n");

    it("a refusal names the host and the line to add, and is no HTML", async () => {
      const answers = await proxy.ask([
        get("http://elsewhere.example.org/a?secret"),
        tunnel("elsewhere.example.org:80"),
      ]);
      for (const answer of answers) {
        assert.match(answer, /^content-type: text\/plain/im);
        assert.equal(
          body(answer).trim(),
          "Refused by the egress proxy: this server may not reach elsewhere.example.org on port 80.\n" +
            'To allow it, add "elsewhere.example.org:80" to `egress` in the server\'s server.yaml, and run bin/dind-mcp up.',
        );
      }
    });

    it("so is every other answer of the proxy's own", async () => {
      const answers = await proxy.ask([
        tunnel("nobody-is-here.example.com:443"),
        get(`ftp://${ALLOWED}/page`),
        get("/page"),
        get("http://egress:3128/squid-internal-mgr/menu"),
      ]);
      for (const answer of answers) {
        assert.match(answer, /^HTTP\/1\.1 (403|400|503) /);
        assert.match(body(answer), /egress proxy/);
        assert.doesNotMatch(body(answer), /[<>]|squid/i);
      }
    });

    it("the log says who asked for what, and why it was refused; no path, no query", async () => {
      await proxy.ask([get("http://elsewhere.example.org/a?secret"), get(`http://${ALLOWED}/page`)]);
      const log = await proxy.log();
      assert.ok(
        log.some((line) => / TCP_DENIED\/403 \d+ GET elsewhere\.example\.org:80 NOT_LISTED$/.test(line)),
        log.join("\n"),
      );
      assert.ok(
        log.some((line) => / TCP_\w+\/200 \d+ GET example\.com:80 -$/.test(line)),
        log.join("\n"),
      );
      assert.doesNotMatch(log.join("\n"), /secret|\/page/);
    });
  });
});
