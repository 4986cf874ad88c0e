import assert from "node:assert/strict";
import { mkdir, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { ALLOWED, type Site, startSite } from "../../support/attacks/site";
import { eventually } from "../../support/eventually";
import { ASK_PYTHON, ASKING } from "../../support/fleet/asking-server";
import { addServer } from "../../support/fleet/catalog";
import { must } from "../../support/fleet/command";
import { farServer, makeFarCertificates } from "../../support/fleet/far-server";
import { docker, enter, type Fleet } from "../../support/fleet/fleet";
import {
  cli,
  createStack,
  mustPulumi,
  removeStack,
  setConfig,
  setSecret,
  type TestStack,
} from "../../support/fleet/stack";
import { removeFixture } from "../../support/orchestrator/gateway/fixture-server";
import { FAR, ISSUER } from "../../support/orchestrator/gateway/issuer";

const INSIDE = "inside.example.net";
/** Another name of the same site. */
const OTHER = "other.example.net";
const KEY = "k3y-of-the-weather-9f8s7d6f";
/** One that the egress proxy keeps. */
const KEPT = "sk-kept-9Xy8Wv7Ut6Sr5Qp4";

interface Told {
  name: string;
  status: string;
  reason?: string;
  authorization?: { state: string; by?: string };
}

describe("remote servers, and keys for what is elsewhere", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;
  let site: Site | undefined;
  let catalog: string;

  const told = async (name: string): Promise<Told> => {
    const { api } = fleet.outputs.endpoints;
    const headers = { authorization: `Bearer ${fleet.outputs.tokens.admin}` };
    return (await (await fetch(`${api}/v1/servers/${name}`, { headers })).json()) as Told;
  };
  const rest = async (method: string, path: string): Promise<Response> => {
    const headers = { authorization: `Bearer ${fleet.outputs.tokens.admin}` };
    return await fetch(`${fleet.outputs.endpoints.api}/v1/servers/${path}`, { method, headers });
  };
  /** Where a page of the issuer leads a browser to. */
  const ledTo = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const to = { host: site?.address, servername: ISSUER, rejectUnauthorized: false, path: pathname + search };
      request(to, (answer) => resolve(answer.resume().headers.location ?? ""))
        .on("error", reject)
        .end();
    });
  const declare = (name: string, user: number, host: string, more: Record<string, unknown> = {}) =>
    addServer(catalog, {
      ...{ name, user, description: "It runs elsewhere", version: "1.0.0" },
      transport: { type: "remote", url: `https://${host}/mcp` },
      tls: { ca: { secret: "ca" } },
      health: { interval: "2s", retries: 2 },
      ...more,
    });

  before(async () => {
    stack = await createStack("remote");
    catalog = join(stack.folder, "catalog");
    const tls = join(stack.folder, "far");
    await mkdir(tls, { recursive: true });
    await makeFarCertificates(tls, [ALLOWED, INSIDE, OTHER, FAR, ISSUER]);
    await declare("far", 11_060, ALLOWED, { headers: { "X-Api-Key": { secret: "key" } } });
    await declare("inside", 11_061, INSIDE);
    await declare("signed", 11_062, FAR, { oauth: { issuer: `https://${ISSUER}` } });
    await addServer(catalog, {
      ...{ name: "keyed", user: 11_063, description: "Its key is at the proxy", version: "1.0.0", ...ASKING },
      egress: [`${ALLOWED}:443`, `${OTHER}:443`],
      secrets: [
        { name: "key", env: "API_KEY", inject: { host: `${ALLOWED}:443`, header: "X-Kept", ca: { secret: "ca" } } },
        { name: "ca" },
      ],
    });
    await addServer(catalog, {
      ...{ name: "keyless", user: 11_064, description: "It has no key", version: "1.0.0", ...ASKING },
      egress: [`${ALLOWED}:443`],
    });
    await setConfig(stack, { catalog: [catalog] });
    await setSecret(stack, "secrets.keyed.key", KEPT);
    const ca = await readFile(join(tls, "ca"), "utf8");
    for (const name of ["far", "inside", "signed", "keyed"]) await setSecret(stack, `secrets.${name}.ca`, ca);
    await setSecret(stack, "secrets.far.key", KEY);
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    site = await startSite(fleet, { run: farServer(tls), privateName: INSIDE, publicNames: [FAR, ISSUER, OTHER] });
  });
  after(async () => {
    await site?.remove();
    await removeStack(stack);
    removeFixture();
  });

  it("answer through the gateway, with the key of the config, and no container is made", async () => {
    await eventually(async () => {
      const { status, reason } = await told("far");
      assert.equal(status, "running", reason);
    }, 120_000);
    const client = new Client({ name: "dind-mcp-test", version: "1" });
    const { url } = fleet.outputs.servers.far ?? { url: "" };
    const requestInit = { headers: { authorization: `Bearer ${fleet.outputs.tokens.mcp}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    const { tools } = await client.listTools();
    assert.ok(tools.length > 3, `${tools.length} tools`);
    await client.callTool({ name: "test_simple_text", arguments: {} });
    await client.close();
    const headers = (await site?.requests()) ?? [];
    assert.ok(headers.includes(`x-api-key: ${KEY}`), headers.join("\n"));
    assert.ok(headers.includes(`host: ${ALLOWED}`), headers.join("\n"));
    assert.ok(!headers.some((line) => line.includes(String(fleet.outputs.tokens.mcp))));
    const names = (await docker(fleet, "ps", "-a", "--format", "{{.Names}}")).split("\n");
    assert.ok(!names.includes("mcp-far"), names.join());
  });

  it("of a public name that leads to a private address are refused by the proxy, and told", async () => {
    await eventually(async () => {
      const { status, reason = "" } = await told("inside");
      assert.equal(status, "unhealthy", reason);
      assert.match(reason, /no way to inside\.example\.net:443: .*not public/i);
    }, 60_000);
  });

  it("that want OAuth are signed in to by a browser, and answer with a token that no client sees", async () => {
    assert.equal((await told("signed")).authorization?.state, "needed");
    const begun = (await (await rest("POST", "signed/login")).json()) as { url: string; id: string };
    const callback = await ledTo(begun.url);
    assert.ok(callback.startsWith(`${fleet.outputs.endpoints.api}/v1/oauth/callback?`), callback.split("?")[0]);
    assert.match(await (await fetch(callback)).text(), /^Signed in to signed\./);
    await eventually(async () => {
      const { status, reason, authorization } = await told("signed");
      assert.deepEqual([status, authorization?.state], ["running", "signed-in"], reason);
    }, 60_000);
    const { tokens } = fleet.outputs;
    const sent = ((await site?.requests()) ?? []).filter((line) => line.startsWith("authorization: Bearer "));
    const [access = ""] = sent.map((line) => line.replace("authorization: Bearer ", ""));
    assert.match(access, /^access-/);
    assert.ok(!sent.some((line) => Object.values(tokens).some((token) => line.includes(token))));
    const kept = ["exec", stack.engineName, "sh", "-c", "cat /srv/mcp/orchestrator/sign-ins/*"];
    const volume = await must("docker", kept);
    assert.match(volume, /"owner":"signed"/);
    for (const text of [
      volume,
      await docker(fleet, "logs", "mcp-orchestrator"),
      await mustPulumi(stack, "stack", "export"),
    ])
      assert.ok(!text.includes(access), "the token can be read");
    await docker(fleet, "restart", "mcp-orchestrator");
    await eventually(async () => assert.equal((await told("signed")).status, "running"), 60_000);
    const shown = await cli(stack, "servers", "show", "signed");
    assert.match(shown.stdout, /signed in +signed-in, somebody by the token admin/);
    const out = await cli(stack, "servers", "logout", "signed");
    assert.equal(out.code, 0, out.stderr);
    assert.equal((await told("signed")).authorization?.state, "needed");
  });

  /** What a server's own Python says, by a call through the gateway. */
  const python = async (server: string, program: string): Promise<string> => {
    const client = new Client({ name: "dind-mcp-test", version: "1" });
    const requestInit = { headers: { authorization: `Bearer ${fleet.outputs.tokens.mcp}` } };
    const url = new URL(fleet.outputs.servers[server]?.url ?? "");
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    const { content } = await client.callTool({ name: "run", arguments: { program } });
    await client.close();
    return (content as { text: string }[]).map(({ text }) => text).join("");
  };
  /** The headers named X-Kept that the site saw while something ran, at least so many, and what that said. */
  const kept = async (server: string, program: string, least = 1): Promise<{ said: string; seen: string[] }> => {
    const before = ((await site?.requests()) ?? []).length;
    const said = await python(server, program);
    let seen: string[] = [];
    await eventually(async () => {
      seen = ((await site?.requests()) ?? []).slice(before).filter((line) => /^x-kept:/i.test(line));
      assert.ok(seen.length >= least, `${said}\n${seen.join("\n")}`);
    }, 15_000); // Docker's log comes after the answer
    return { said, seen };
  };

  it("a key at the proxy reaches its host in the server's requests, whose program has a placeholder", async () => {
    const program = `
import os, urllib.request
key = os.environ["API_KEY"]
print(key, open("/run/secrets/key").read())
request = urllib.request.Request("https://${ALLOWED}/health", headers={"X-Kept": key})
try: print(urllib.request.urlopen(request, timeout=20).status)
except urllib.error.HTTPError as error: print(error.code)`;
    const { said, seen } = await kept("keyed", program);
    const [placeholder = "", file, status] = said.split(/\s+/);
    assert.deepEqual(seen, [`X-Kept: ${KEPT}`], said);
    assert.match(status ?? "", /^\d{3}$/, said);
    assert.match(placeholder, /^sk-[a-z]{4}-\d[A-Z][a-z]\d/);
    assert.notEqual(placeholder, KEPT);
    assert.equal(file, placeholder);
    const shown = await cli(stack, "servers", "show", "keyed");
    assert.match(shown.stdout, new RegExp(`secrets +key at the proxy, for ${ALLOWED}:443; ca in the server`));
    const { stdout } = await cli(stack, "servers", "egress", "keyed");
    assert.match(stdout, new RegExp(`${ALLOWED}:443 +allowed .*with key, by the proxy`));
  });

  it("a key at the proxy goes nowhere else, whatever the server that has its rule tries", async () => {
    const tries: [place: string, name: string, lines: string[]][] = [
      [`${OTHER}:443`, ALLOWED, ["GET / HTTP/1.1", `Host: ${ALLOWED}`]],
      [`${OTHER}:443`, OTHER, ["GET / HTTP/1.1", `Host: ${ALLOWED}`]],
      [`${ALLOWED}:443`, OTHER, ["GET / HTTP/1.1", `Host: ${ALLOWED}`]],
      [`${ALLOWED}:443`, ALLOWED, ["GET / HTTP/1.1", `Host: ${OTHER}`]],
      [`${ALLOWED}:443`, ALLOWED, [`GET https://${OTHER}/ HTTP/1.1`, `Host: ${ALLOWED}`]],
      [`${ALLOWED}:443`, ALLOWED, [`GET http://${ALLOWED}:443/ HTTP/1.1`, `Host: ${ALLOWED}`]],
      [`${ALLOWED}:443`, ALLOWED, ["TRACE / HTTP/1.1", `Host: ${ALLOWED}`]],
    ];
    const asked = tries.map(([place, name, lines]) => {
      const request = [...lines, "X-Kept: mine"].map((line) => JSON.stringify(line)).join();
      return `try: print(ask("${place}", "${name}", [${request}]))\nexcept Exception as error: print(error)`;
    });
    const { said, seen } = await kept("keyed", [ASK_PYTHON, ...asked].join("\n"), 4);
    assert.equal(said.trim().split("\n").length, tries.length, said);
    // Four do get through, with what the server sent.
    for (const line of seen) assert.equal(line, "X-Kept: mine", said);
  });

  it("a key at the proxy is not another server's", async () => {
    const request = [`GET / HTTP/1.1`, `Host: ${ALLOWED}`, "X-Kept: mine"].map((line) => JSON.stringify(line)).join();
    const { said, seen } = await kept(
      "keyless",
      `${ASK_PYTHON}print(ask("${ALLOWED}:443", "${ALLOWED}", [${request}]))`,
    );
    assert.match(said, /^HTTP\/1\.1 /);
    assert.deepEqual(seen, ["X-Kept: mine"]);
  });

  it("leave no secret where it can be read", async () => {
    const ids = (await docker(fleet, "ps", "-aq")).split("\n").filter(Boolean);
    const seen = [
      await docker(fleet, "inspect", ...ids),
      await docker(fleet, "volume", "inspect", "mcp-far-remote"),
      await docker(fleet, "logs", "mcp-orchestrator"),
      await docker(fleet, "logs", "mcp-egress"),
      await mustPulumi(stack, "stack", "export"),
    ];
    const everywhere = "grep -rsl -e sk-kept-9Xy8 /proc/[0-9]*/environ /proc/[0-9]*/cmdline /run /tmp /etc || true";
    assert.equal(await docker(fleet, "exec", "mcp-keyed", "sh", "-c", everywhere.replace("sk-kept", "[s]k-kept")), "");
    for (const text of seen) for (const key of [KEY, KEPT]) assert.ok(!text.includes(key), text.slice(0, 200));
  });

  it("are no drift, and no container to start", async () => {
    const validated = await cli(stack, "stack", "validate");
    assert.equal(validated.code, 0, validated.stdout + validated.stderr);
    const started = await cli(stack, "servers", "restart", "far");
    assert.match(started.stdout, /far: NOT running: .*server far runs elsewhere/);
  });

  it("go with their manifest, their network and volume too", async () => {
    await rm(join(catalog, "inside"), { recursive: true });
    await mustPulumi(stack, "config", "rm", "--path", "dind-mcp:secrets.inside");
    await mustPulumi(stack, "up");
    assert.equal((await told("inside")).status, 404 as unknown as string);
    assert.doesNotMatch(await docker(fleet, "network", "ls", "--format", "{{.Name}}"), /mcp-inside/);
    assert.doesNotMatch(await docker(fleet, "volume", "ls", "--format", "{{.Name}}"), /mcp-inside/);
    assert.equal((await told("far")).status, "running");
  });
});
