import assert from "node:assert/strict";
import {
  INSIDE,
  LEADING_INSIDE,
  LEADING_INSIDE_BY_IPV6,
  LEADING_INSIDE_LATER,
  type OwnNames,
  startNames,
} from "../../support/attacks/own-names";
import { type OwnProxy, startProxy } from "../../support/attacks/own-proxy";
import { reachFromEngine } from "../../support/attacks/probe";
import { MARKER, type Site, startSite } from "../../support/attacks/site";
import { eventually } from "../../support/eventually";
import { type Fleet, theFleet } from "../../support/fleet/fleet";

const SEEN = new RegExp(`^HTTP/1\\.[01] 200 [\\s\\S]*${MARKER}`);
const REFUSED = /^HTTP\/1\.[01] 403 /;
/** Times that a name is asked for at once. */
const TIMES = 12;

// What leads to a private address from the start: http.test.ts.
describe("names that are allowed and change their address (DNS rebinding)", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let site: Site;
  let proxy: OwnProxy;
  const get = async (host: string, times = 1): Promise<string[]> => {
    const request = [`GET http://${host}/page HTTP/1.1`, `Host: ${host}`];
    return proxy.ask(Array<string[]>(times).fill(request));
  };

  before(async () => {
    fleet = await theFleet();
    site = await startSite(fleet);
    proxy = await startProxy(
      fleet,
      [site.publicName, site.movingName].map((name) => `${name}:80`),
    );
    await eventually(async () => assert.match((await get(site.publicName))[0] ?? "", SEEN), 90_000);
    assert.equal(await reachFromEngine(fleet, { host: site.privateAddress, port: 80 }), "open");
  });
  after(async () => {
    await proxy?.remove();
    await site?.remove();
  });

  it("do not lead inside when they move there, neither while the proxy knows the old address nor when it asks again", async () => {
    assert.match((await get(site.movingName))[0] ?? "", SEEN);
    await site.rebind();
    for (const answer of await get(site.movingName, TIMES)) assert.doesNotMatch(answer, SEEN);
    await proxy.restart();
    const seen: string[] = [];
    await eventually(async () => {
      const answers = await get(site.movingName, TIMES);
      seen.push(...answers);
      for (const answer of answers) assert.match(answer, REFUSED);
    }, 90_000);
    for (const answer of seen) assert.doesNotMatch(answer, SEEN);
  });
});

// The whole world's names, as a hostile owner's name server has them; what is inside is a page that the proxy can reach.
describe("names of `egress: public` with a private address among others, or later", function () {
  this.timeout(600_000);
  let site: Site;
  let names: OwnNames;
  let proxy: OwnProxy;
  let count = 0;
  /** A name that nobody asked for yet. */
  const nameOf = (kind: string): string => `n${++count}.${kind}.example.net`;
  /** Every way to ask. */
  const requests = (host: string): string[][] => {
    const get = [`GET http://${host}/page HTTP/1.1`, `Host: ${host}`];
    const tunnel = [`CONNECT ${host}:80 HTTP/1.1`, `Host: ${host}:80`];
    return [tunnel, get, [...get, "Cache-Control: no-cache"], [...get, "Pragma: no-cache"]];
  };

  before(async () => {
    const fleet = await theFleet();
    site = await startSite(fleet);
    names = await startNames(fleet, { site: site.address, nobody: "198.51.100.254" });
    proxy = await startProxy(fleet, ["public"], { dns: names.address });
    await eventually(async () => assert.match((await proxy.ask(requests(nameOf("public"))))[1] ?? "", SEEN), 90_000);
    assert.ok(await proxy.reaches(names.address, 80), "the page inside is not there");
  });
  after(async () => {
    await proxy?.remove();
    await names?.remove();
    await site?.remove();
  });

  it("are refused, wherever among the addresses it stands", async () => {
    for (const kind of LEADING_INSIDE) {
      for (const answer of await proxy.ask(requests(nameOf(kind)))) assert.match(answer, REFUSED, kind);
    }
    assert.deepEqual(await names.hits(), []);
  });

  it("are not led by addresses of IPv6, which the engine does not speak", async () => {
    for (const kind of LEADING_INSIDE_BY_IPV6) {
      for (const answer of await proxy.ask(requests(nameOf(kind)))) assert.ok(!answer.includes(INSIDE), kind);
    }
    assert.deepEqual(await names.hits(), []);
  });

  // Squid forgets that it found no name when a page is loaded, not when a tunnel is asked for.
  it("are refused too when there is no such name at first, or another address", async () => {
    for (const kind of LEADING_INSIDE_LATER) {
      const host = nameOf(kind);
      const [tunnel = [], ...gets] = requests(host);
      const seen = await proxy.ask([tunnel]);
      for (let time = 0; time < 3; time++) seen.push(...(await proxy.ask([...gets, ...gets])));
      for (const answer of seen) assert.ok(!answer.includes(INSIDE), `${kind}: ${answer}`);
    }
    assert.deepEqual(await names.hits(), []);
  });
});
