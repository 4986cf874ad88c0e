import assert from "node:assert/strict";
import { ProblemsError } from "../../../../../lib/problems";
import { ServerError } from "../../../../../orchestrator/servers/server-error";
import { document } from "../../../../support/manifest/documents";
import { Api } from "../../../../support/orchestrator/rest/api";

const YAML = { "content-type": "application/yaml" };

describe("orchestrator: deploying by REST", () => {
  let api: Api;

  beforeEach(async () => {
    api = await Api.start();
  });
  afterEach(() => api.stop());

  const deploy = (body: unknown, headers: Record<string, string> = {}) =>
    api.call("POST", "/v1/servers", { as: "admin", body, headers });
  const paths = ({ problems }: Record<string, unknown>) => (problems as { path: string }[]).map(({ path }) => path);
  const fresh = document({ name: "fresh", user: 11_500, secrets: [{ name: "api-key" }] });

  it("takes JSON in an envelope, and gives the secrets to the deployer alone", async () => {
    const answer = await deploy({ manifest: fresh, secrets: { "api-key": "s3cr3t" } });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("location"), "/v1/servers/fresh");
    assert.deepEqual([answer.body.managedBy, answer.body.change], ["api", "created"]);
    assert.deepEqual(api.fleet.given, [{ "api-key": "s3cr3t" }]);
    const { text } = await api.call("GET", "/v1/audit", { as: "read" });
    assert.match(text, /"server":"fresh","method":"POST \/v1\/servers"/);
    assert.doesNotMatch(text, /s3cr3t|api-key/);
    const [step] = api.events.since(0);
    assert.deepEqual([step?.type, step?.server, step?.data], ["server.deploying", "fresh", { step: "starting it" }]);
    const again = await deploy({ manifest: fresh, secrets: { "api-key": "other" } });
    assert.deepEqual([again.status, again.body.change], [200, "replaced"]);
  });

  it("takes YAML, in an envelope or bare", async () => {
    const bare =
      "name: yam\ndescription: d\nversion: 1.0.0\nimage: a/b:1\nuser: 11501\ntransport: {type: stdio, command: [/x]}\n";
    assert.equal((await deploy(bare, YAML)).status, 201);
    const lines = bare.replace("yam", "yam2").replace("11501", "11502").trimEnd().split("\n");
    const enveloped = `manifest:\n${lines.map((line) => `  ${line}`).join("\n")}\nsecrets: {}\n`;
    assert.equal((await deploy(enveloped, YAML)).status, 201);
    assert.deepEqual(api.fleet.given, [{}, {}]);
  });

  it("tells everything that is wrong with a manifest at once: 422", async () => {
    const { status, body } = await deploy({ manifest: document({ name: "Bad Name", user: 1, privileged: true }) });
    assert.equal(status, 422);
    assert.deepEqual(paths(body).toSorted(), ["name", "privileged", "user"]);
    assert.deepEqual(api.fleet.given, []);
  });

  it("gives the deployer's problems and refusals on", async () => {
    api.fleet.deployFails = new ProblemsError([{ file: "f", path: "image", got: '"x"', expected: "an allowed image" }]);
    const refused = await deploy({ manifest: fresh });
    assert.deepEqual(
      [refused.status, refused.body.problems],
      [422, [{ path: "image", got: '"x"', expected: "an allowed image" }]],
    );
    api.fleet.deployFails = new ServerError(422, "fresh ended at once", ["panic: no key"]);
    const ended = await deploy({ manifest: fresh });
    assert.deepEqual(
      [ended.status, ended.body.detail, ended.body.logs],
      [422, "fresh ended at once", ["panic: no key"]],
    );
    // The status codes of Docker's client are not ours.
    api.fleet.deployFails = Object.assign(new Error("(HTTP code 404) no such image, see /var/lib/docker"), {
      statusCode: 404,
    });
    const fault = await deploy({ manifest: fresh });
    assert.equal(fault.status, 500);
    assert.doesNotMatch(fault.text, /var\/lib/);
  });

  it("never shows a secret of the wrong type", async () => {
    const { status, body, text } = await deploy({ manifest: fresh, secrets: { "api-key": 12345678 }, more: 1 });
    assert.equal(status, 400);
    assert.deepEqual(paths(body).toSorted(), ["more", "secrets.api-key"]);
    assert.doesNotMatch(text, /12345678/);
  });

  it("says what is wrong with a body that is none", async () => {
    const none = await deploy(undefined);
    assert.deepEqual(
      [none.status, (none.body.problems as { expected: string }[])[0]?.expected],
      [...[400, "a mapping with manifest, and secrets if it declares some"]],
    );
    const broken = await deploy("name: [a\nb: {", YAML);
    assert.equal(broken.status, 400);
    assert.match(String(paths(broken.body)[0]), /^line \d/);
    assert.equal((await deploy("{", { "content-type": "application/json" })).status, 400);
    assert.equal((await deploy("a=b", { "content-type": "application/x-www-form-urlencoded" })).status, 415);
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n`;
    const { status, body } = await deploy(bomb, YAML);
    assert.deepEqual([status, paths(body).length], [400, 1]);
  });

  it("refuses a name that is taken, and to remove what the catalog declares", async () => {
    assert.equal((await deploy({ manifest: document() })).status, 422);
    const { status, body } = await api.call("DELETE", "/v1/servers/echo", { as: "admin" });
    assert.equal(status, 409);
    assert.match(String(body.detail), /catalog: remove it there/);
    assert.equal((await api.call("DELETE", "/v1/servers/extra", { as: "admin" })).status, 204);
    assert.deepEqual([...api.fleet.servers.keys()], ["echo", "files"]);
  });

  it("removes what a server keeps only when asked to", async () => {
    assert.equal((await api.call("DELETE", "/v1/servers/extra?data=yes", { as: "admin" })).status, 400);
    assert.deepEqual(api.fleet.removed, []);
    await api.call("DELETE", "/v1/servers/extra", { as: "admin" });
    assert.equal((await deploy({ manifest: document({ name: "extra", user: undefined }) })).status, 201);
    await api.call("DELETE", "/v1/servers/extra?data=true", { as: "admin" });
    assert.deepEqual(api.fleet.removed, ["extra", "extra with its data"]);
  });
});
