import assert from "node:assert/strict";
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
