import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AdminApi } from "../../../../cli/kong/admin-api";
import { accessOf } from "../../../../cli/kong/command";
import { push } from "../../../../cli/kong/push";
import { siteOf } from "../../../../cli/proxy/site";
import { kongEntities } from "../../../../config/fleet/kong/entities";
import { parseSettings } from "../../../../config/parse-settings";
import { KongAdmin } from "../../../support/kong/admin-api";
import { membersOf } from "../../../support/kong/members";

const TAG = "dind-mcp.test";
const FOREIGN = { id: "11111111-1111-4111-8111-111111111111", name: "shop", host: "shop.lan", tags: ["shop"] };

function entities(servers: string[], requestsPerMinute = 0) {
  const settings = parseSettings({ publicUrl: "https://mcp.example.com" }, [], "test");
  const site = siteOf(settings, {});
  return kongEntities(site, membersOf(site, servers), { tag: TAG, keyAuth: false, requestsPerMinute });
}

for (const database of ["postgres", "off"] as const) {
  describe(`bin/dind-mcp kong push: a Kong ${database === "off" ? "without a database" : "with a database"}`, () => {
    let kong: KongAdmin;
    let admin: AdminApi;
    beforeEach(async () => {
      kong = await KongAdmin.start(database);
      kong.plant("services", FOREIGN);
      admin = new AdminApi({ url: kong.url });
    });
    afterEach(async () => await kong.stop());

    const names = (kind: string) => kong.rows(kind).map(({ name }) => name);

    it("makes all of it, and leaves what others made", async () => {
      const wanted = entities(["files", "http"]);
      const { create, isDbLess } = await push(admin, wanted, TAG);
      assert.deepEqual([create.length, isDbLess], [wanted.length, database === "off"]);
      assert.ok(names("services").includes("shop"));
      const routes = ["open", "api", "server.files", "server.http"].map((part) => `${TAG}.${part}`);
      assert.deepEqual(names("routes"), routes);
      assert.equal(kong.rows("targets").length, 1);
      const service = kong.rows("services").find(({ name }) => name === `${TAG}.server.files`);
      const route = kong.rows("routes").find(({ name }) => name === `${TAG}.server.files`);
      assert.deepEqual(route?.service, { id: service?.id });
    });

    it("sends nothing the second time", async () => {
      await push(admin, entities(["files"], 60), TAG);
      const { length } = kong.writes;
      assert.ok(length > 0);
      const again = await push(admin, entities(["files"], 60), TAG);
      assert.deepEqual([again.create, again.update, again.remove], [[], [], []]);
      assert.equal(kong.writes.length, length);
    });

    it("removes what is gone, changes what is different, and keeps what others made", async () => {
      await push(admin, entities(["files", "old"], 60), TAG);
      const { create, update, remove } = await push(admin, entities(["files", "new"], 90), TAG);
      assert.ok(create.some(({ title }) => title === `${TAG}.server.new`));
      assert.ok(remove.some(({ title }) => title === `${TAG}.server.old`));
      assert.ok(
        update.length > 0 && update.every(({ title }) => title.startsWith("rate-limiting of")),
        JSON.stringify(update),
      );
      assert.deepEqual(
        names("routes").filter((name) => /server/.test(String(name))),
        [`${TAG}.server.files`, `${TAG}.server.new`],
      );
      assert.ok(names("services").includes("shop"));
      const limits = kong.rows("plugins").filter(({ name }) => name === "rate-limiting");
      assert.ok(limits.every(({ config }) => (config as { minute: number }).minute === 90));
    });

    it("only tells with --dry-run", async () => {
      const { create } = await push(admin, entities(["files"]), TAG, true);
      assert.ok(create.length > 0);
      assert.deepEqual(kong.writes, []);
    });

    it("reads every page", async () => {
      const servers = Array.from({ length: 40 }, (_, at) => `s${at}`);
      kong.page = 7;
      await push(admin, entities(servers), TAG);
      const { length } = kong.writes;
      await push(admin, entities(servers), TAG);
      assert.equal(kong.writes.length, length);
    });

    it("brings back what somebody changed by hand", async () => {
      await push(admin, entities(["files"]), TAG);
      const route = kong.rows("routes").find(({ name }) => name === `${TAG}.server.files`);
      Object.assign(route ?? {}, { response_buffering: true });
      const { update } = await push(admin, entities(["files"]), TAG);
      assert.deepEqual(
        update.map(({ title }) => title),
        [`${TAG}.server.files`],
      );
      assert.equal(kong.rows("routes").find(({ name }) => name === `${TAG}.server.files`)?.response_buffering, false);
    });
  });
}

describe("bin/dind-mcp kong push: what Kong refuses", () => {
  let kong: KongAdmin;
  beforeEach(async () => {
    kong = await KongAdmin.start();
  });
  afterEach(async () => await kong.stop());

  it("says it, with what to do: a name that somebody else has", async () => {
    kong.plant("services", { ...FOREIGN, name: `${TAG}.api` });
    const pushed = push(new AdminApi({ url: kong.url }), entities([]), TAG);
    await assert.rejects(pushed, /PUT http:.*services.*HTTP 409, "UNIQUE violation detected on .*dind-mcp\.test\.api/);
    assert.equal(kong.rows("services").find(({ id }) => id === FOREIGN.id)?.host, "shop.lan");
  });

  it("sends the token, and shows it in no error", async () => {
    kong.token = "right-token";
    await push(new AdminApi({ url: kong.url, token: "right-token" }), entities([]), TAG);
    const wrong = push(new AdminApi({ url: kong.url, token: "wrong-token" }), entities([]), TAG);
    await assert.rejects(wrong, (error: Error & { fix?: string }) => {
      assert.match(error.message, /GET .*HTTP 401, "Invalid RBAC/);
      assert.match(error.fix ?? "", /kong\.token/);
      assert.doesNotMatch(error.message + error.fix, /wrong-token/);
      return true;
    });
  });

  it("knows what is no Admin API, and what does not answer", async () => {
    const { url } = kong;
    const other = createServer((_request, response) => void response.end('{"alive":true}')).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await assert.rejects(push(new AdminApi({ url: `http://127.0.0.1:${port}` }), [], TAG), /expected Kong's Admin API/);
    other.close();
    await kong.stop();
    await assert.rejects(push(new AdminApi({ url }), [], TAG), /does not answer: .*ECONNREFUSED/);
    kong = await KongAdmin.start();
  });
});

describe("bin/dind-mcp kong push: where Kong is", () => {
  const kong = { admin: "https://kong.lan:8444", token: "secret", ca: "PEM" };

  it("is in the config, and its token goes there alone", () => {
    assert.deepEqual(accessOf({ kong }), { url: kong.admin, token: "secret", ca: "PEM" });
    assert.deepEqual(accessOf({ kong }, "http://127.0.0.1:8001"), { url: "http://127.0.0.1:8001" });
    assert.throws(() => accessOf({ kong: undefined }), /kong\.admin: got nothing/);
    assert.throws(() => accessOf({ kong }, "kong.lan:8001"), /got kong\.lan:8001, expected a URL/);
  });

  it("must be kept encrypted", () => {
    const raw = { kong: JSON.stringify({ admin: kong.admin, token: "secret" }) };
    assert.throws(() => parseSettings(raw, [], "test"), /dind-mcp\.kong: got a value stored in plain text/);
    assert.equal(parseSettings(raw, ["kong"], "test").kong?.token, "secret");
  });
});
