import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createContainer, engineClient, removeContainer } from "../../../lib/docker-client";
import { ProblemsError } from "../../../lib/problems";
import { containerSpec } from "../../../manifest/container/container-spec";
import { createOptions } from "../../../manifest/container/create-options";
import { Label } from "../../../manifest/container/labels";
import { ServerError } from "../../../orchestrator/servers/server-error";
import type { ServerInfo, ServerStorage } from "../../../orchestrator/servers/server-info";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { callTool, docker, tryDocker } from "../../support/fleet/fleet";
import { EXTRA_IMAGE, extraServer, ServersSite } from "../../support/fleet/servers-site";

const SECRET = "s3cret-of-the-test";

describe("extra servers, in a real engine", function () {
  this.timeout(60_000);
  let site: ServersSite;

  before(async function () {
    this.timeout(300_000); // where it comes first, it brings the shared fleet up
    site = await ServersSite.open("test/deploy");
  });

  after(async () => {
    await site?.close();
    assert.ok(!site?.logged.includes(SECRET), "a secret is in the log");
  });

  it("are deployed behind the catalog's walls, with their secrets as files", async () => {
    const secrets = [{ name: "key" }, { name: "maybe", required: false }];
    const steps: string[] = [];
    const { server, change } = await site.parts.deployer.deploy(
      extraServer("extra", { secrets }),
      { key: SECRET },
      (step) => steps.push(step),
    );
    assert.deepEqual(
      [change, server.status, server.managedBy, server.manifest.user],
      ["created", "running", "api", 14_995],
    );
    assert.deepEqual(steps, ["making its network and volumes", "starting it"]);
    // Created and started within one look, there is no event of the start.
    const types = site.types().filter((type) => type !== "server.started");
    assert.deepEqual(types, ["server.added", "server.healthy", "server.deployed"]);
    const inspected = await docker(site.fleet, "inspect", "mcp-extra");
    assert.ok(!inspected.includes(SECRET));
    const [{ HostConfig: host, Config: config }] = JSON.parse(inspected);
    assert.deepEqual(
      [host.NetworkMode, host.ReadonlyRootfs, host.CapDrop, host.Memory, host.MemorySwap, host.Privileged, config.User],
      ["none", true, ["ALL"], 64 * 2 ** 20, 64 * 2 ** 20, false, "14995:14995"],
    );
    const { text } = await callTool(site.fleet, "extra", "echo", {});
    assert.equal(text, "echo");
    assert.deepEqual(await site.left(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
    assert.deepEqual(await site.secretFiles("mcp-extra-secrets"), { key: `100400 14995 ${SECRET}` });
  });

  it("are what we say, whatever their image's labels say; nor is what somebody runs from such an image ours", async () => {
    const image = "example/liar:1";
    const lies = {
      ManagedBy: "api",
      Stack: site.stack,
      Role: "orchestrator",
      Server: "extra",
      CopyOf: "extra",
    } as const;
    const changes = Object.entries(lies).flatMap(([label, value]) => [
      "--change",
      `LABEL ${Label[label as keyof typeof lies]}=${value}`,
    ]);
    await docker(site.fleet, "create", "--name", "liar-of-the-test", EXTRA_IMAGE, "/server");
    try {
      await docker(site.fleet, "commit", ...changes, "liar-of-the-test", image);
      await docker(site.fleet, "rm", "liar-of-the-test");
      const { server } = await site.parts.deployer.deploy(extraServer("extra-liar", { image }));
      assert.deepEqual([server.name, server.copyOf, server.status], ["extra-liar", undefined, "running"]);
      const [{ Config }] = JSON.parse(await docker(site.fleet, "inspect", "mcp-extra-liar"));
      const spec = containerSpec(server.manifest, { image, stack: site.stack, managedBy: "api" });
      assert.deepEqual(Config.Labels, spec.labels);
      await docker(site.fleet, "run", "-d", "-i", "--name", "liar-of-the-test", "--entrypoint", "/server", image);
      const plan = await site.parts.cleanup.plan({ force: true });
      const found = plan.filter(({ name }) => name.includes("liar")).map(({ name, reason }) => `${name}: ${reason}`);
      assert.deepEqual(found, ["liar-of-the-test: no dind-mcp label, running"]);
    } finally {
      await site.parts.deployer.remove("extra-liar").catch(() => {});
      await tryDocker(site.fleet, ["rm", "-f", "liar-of-the-test"]);
      await tryDocker(site.fleet, ["rmi", image]);
    }
  });

  it("do not change when the same is deployed again", async () => {
    const before = site.parts.containers.get("extra");
    const again = extraServer("extra", { secrets: [{ name: "key" }, { name: "maybe", required: false }] });
    assert.equal((await site.parts.deployer.deploy(again)).change, "none");
    assert.equal((await site.parts.deployer.deploy(again, { key: SECRET })).change, "none");
    assert.equal(site.parts.containers.get("extra")?.runtime.id, before?.runtime.id);
  });

  it("are replaced when something changed, and keep the secrets that are not given again", async () => {
    const before = site.parts.containers.get("extra");
    const secrets = [{ name: "key" }, { name: "maybe" }];
    const { change, server } = await site.parts.deployer.deploy(extraServer("extra", { secrets }), {
      maybe: "another",
    });
    assert.deepEqual([change, server.manifest.user], ["replaced", 14_995]);
    assert.notEqual(site.parts.containers.get("extra")?.runtime.id, before?.runtime.id);
    const files = { key: `100400 14995 ${SECRET}`, maybe: "100400 14995 another" };
    assert.deepEqual(await site.secretFiles("mcp-extra-secrets"), files);
    assert.deepEqual(await site.left(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
  });

  it("are replaced for a changed secret alone", async () => {
    const secrets = [{ name: "key" }, { name: "maybe" }];
    const { change } = await site.parts.deployer.deploy(extraServer("extra", { secrets }), { maybe: "third" });
    assert.equal(change, "replaced");
    assert.equal((await site.secretFiles("mcp-extra-secrets")).maybe, "100400 14995 third");
  });

  it("come back, secrets and all, when what replaces them does not become healthy", async () => {
    const before = site.parts.containers.get("extra");
    const bad = extraServer("extra", {
      secrets: [{ name: "maybe" }],
      transport: { type: "stdio", command: ["/nothing-here"] },
    });
    await assert.rejects(site.parts.deployer.deploy(bad, { maybe: "changed" }), (error: ServerError) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /does not become healthy: ./);
      assert.match((error.logs ?? []).join("\n"), /nothing-here/);
      return true;
    });
    await eventually(async () => assert.equal(site.parts.containers.get("extra")?.status, "running"));
    assert.equal(site.parts.containers.get("extra")?.runtime.id, before?.runtime.id);
    const files = { key: `100400 14995 ${SECRET}`, maybe: "100400 14995 third" };
    assert.deepEqual(await site.secretFiles("mcp-extra-secrets"), files);
    assert.deepEqual(await site.left(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
    assert.equal((await callTool(site.fleet, "extra", "echo", {})).text, "echo");
  });

  it("leave nothing when they cannot be deployed", async () => {
    const before = await site.left();
    const bad = { transport: { type: "stdio", command: ["/nothing-here"] }, secrets: [{ name: "key" }] };
    await assert.rejects(site.parts.deployer.deploy(extraServer("extra2", bad), { key: SECRET }), ServerError);
    await assert.rejects(
      site.parts.deployer.deploy(extraServer("extra2", { image: "example/absent:9" })),
      /cannot be pulled/,
    );
    await assert.rejects(
      site.parts.deployer.deploy(extraServer("extra2", { database: true, resources: { cpus: 9 } })),
      ProblemsError,
    );
    assert.deepEqual(await site.left(), before);
  });

  it("leave no image behind that was pulled for them alone", async () => {
    const image = "debian:trixie-slim";
    const images = () => docker(site.fleet, "images", "-q", image);
    const before = await images();
    const steps: string[] = [];
    const bad = extraServer("extra2", { image, transport: { type: "stdio", command: ["/nothing-here"] } });
    await assert.rejects(
      site.parts.deployer.deploy(bad, {}, (step) => steps.push(step)),
      /does not become healthy/,
    );
    assert.equal(steps[0], before === "" ? `pulling ${image}` : "making its network and volumes");
    assert.equal(await images(), before);
  });

  it("are as Pulumi makes them: a container of the catalog and one made from its manifest inspect equal", async () => {
    for (const name of ["files", "http", "postgres"]) {
      const [theirs] = JSON.parse(await docker(site.fleet, "inspect", `mcp-${name}`));
      const manifest = JSON.parse(theirs.Config.Labels[Label.Manifest]);
      const spec = containerSpec(manifest, { image: theirs.Image, stack: "s" });
      const client = engineClient(site.address);
      const container = await createContainer(client.api, { ...createOptions(spec), name: "mcp-extra-compared" });
      const mine = await container.inspect();
      await removeContainer(container);
      client.close();
      const comparable = ({ Config, HostConfig }: typeof mine) => {
        // Pulumi's provider names the mounts' paths here once more. Labels: the owner, and what only Pulumi puts there.
        const { Volumes: _volumes, Labels: _labels, ...config } = Config;
        const Ulimits = HostConfig.Ulimits?.toSorted((a, b) => String(a.Name).localeCompare(String(b.Name)));
        const host = { ...HostConfig, Binds: HostConfig.Binds?.toSorted(), Ulimits };
        const all = { config: { ...config, Env: Config.Env.toSorted() }, host };
        // An empty list and none are the same to Docker, and not written the same by its clients.
        return JSON.parse(JSON.stringify(all), (_key, value) =>
          Array.isArray(value) && value.length === 0 ? null : value,
        );
      };
      assert.deepEqual(comparable(mine), comparable(theirs), name);
    }
  });

  describe("with storage", () => {
    const engine = (...args: string[]) => must("docker", ["exec", site.fleet.stack.engineName, ...args]);
    const own = (script: string, user = "") =>
      tryDocker(site.fleet, ["exec", ...(user ? ["-u", user] : []), "mcp-extra-kept", "node", "-e", script]);
    const keep = async (more: Record<string, unknown> = {}) =>
      site.parts.deployer.deploy(
        extraServer("extra-kept", {
          image: await site.nodeImage(),
          transport: { type: "stdio", command: ["node", "/app/dist/start.js", "/data"] },
          storage: [{ name: "data", path: "/data", size: "16m" }],
          resources: { memory: "192m" },
          health: {},
          ...more,
        }),
      );
    const kept = "fs.readFileSync('/data/kept', 'utf8') === 'kept' || process.exit(3)";

    it("keep what they wrote, whatever becomes of their container; nobody else reads it", async () => {
      await keep();
      assert.equal((await own("fs.writeFileSync('/data/kept', 'kept')")).code, 0);
      assert.equal((await keep({ resources: { memory: "200m" } })).change, "replaced");
      assert.equal((await own(kept)).code, 0);
      const { code, stderr } = await own("fs.readdirSync('/data')", "11001");
      assert.ok(code !== 0 && stderr.includes("EACCES"), stderr);
      const inside = JSON.parse(await docker(site.fleet, "inspect", "mcp-files"))[0].Mounts;
      assert.ok(!JSON.stringify(inside).includes("/srv/mcp/storage"));
      assert.deepEqual(await site.left(), ["mcp-extra-kept", "mcp-extra-kept-sessions"], "its maker is gone");
    });

    it("cannot run programs there, nor write a file larger than its size", async () => {
      const run = "fs.copyFileSync(process.execPath, '/data/x'); require('child_process').execFileSync('/data/x')";
      assert.match((await own(run)).stderr, /EFBIG|SIGXFSZ|File too large|EACCES/);
      const small =
        "fs.writeFileSync('/data/x.sh', '#!/bin/sh\\n', { mode: 0o755 }); require('child_process').execFileSync('/data/x.sh')";
      assert.match((await own(small)).stderr, /EACCES/);
      const large = "fs.writeFileSync('/data/large', Buffer.alloc(17 << 20))";
      assert.notEqual((await own(large)).code, 0);
    });

    it("are told of when all their files together are more than their size", async () => {
      const two = "for (const name of ['one', 'two']) fs.writeFileSync('/data/' + name, Buffer.alloc(15 << 20, 1))";
      assert.equal((await own(two)).code, 0);
      await eventually(async () => {
        await writeFile(site.storageFile, await engine("cat", "/run/dind-mcp-api/storage"));
        await site.parts.storage.look();
        const [{ used = 0 }] = site.parts.storage.of(site.parts.containers.get("extra-kept") as ServerInfo) as [
          ServerStorage,
        ];
        assert.ok(used > 30 << 20, `${used}`);
      }, 60_000);
      assert.match(site.logged, /"server":"extra-kept","storage":"data".*storage holds more than its size/);
    });

    it("find it again when they were removed, with the user that owns it; it goes when that is asked for", async () => {
      const folder = () => engine("ls", "/srv/mcp/storage/api");
      const user = site.parts.containers.get("extra-kept")?.manifest.user;
      await site.parts.deployer.remove("extra-kept");
      assert.match(await folder(), /^extra-kept\.data$/m);
      await site.parts.deployer.deploy(extraServer("extra-first")); // does not get its user
      assert.equal((await keep()).server.manifest.user, user);
      assert.equal((await own(kept)).code, 0);
      await assert.rejects(
        keep({ storage: [{ name: "data", path: "/data", size: "3g" }] }),
        /storage: got 3072m in all, expected at most 2g/,
      );
      await site.parts.deployer.remove("extra-kept", true);
      assert.doesNotMatch(await folder(), /extra-kept/);
      await site.parts.deployer.remove("extra-first");
    });
  });

  it("are deployed side by side, each with a user of its own; one of a name at a time", async () => {
    const [one, two, same] = await Promise.allSettled([
      site.parts.deployer.deploy(extraServer("extra-a")),
      site.parts.deployer.deploy(extraServer("extra-b")),
      site.parts.deployer.deploy(extraServer("extra-b")),
    ]);
    const users = [one, two].map((result) =>
      result.status === "fulfilled" ? result.value.server.manifest.user : result.reason,
    );
    assert.deepEqual(users.toSorted(), [14_993, 14_994]);
    assert.equal(same.status === "rejected" && (same.reason as ServerError).status, 409);
    await assert.rejects(site.parts.deployer.deploy(extraServer("extra-c")), /got 4 extra servers, expected at most 3/);
    await Promise.all([site.parts.deployer.remove("extra-a"), site.parts.deployer.remove("extra-b")]);
  });

  it("keep their place when a deployment was interrupted", async () => {
    const labels = ["managed-by=api", `stack=${site.stack}`, "server=extra", "manifest={}"].flatMap((label) => [
      "--label",
      `dind-mcp.${label}`,
    ]);
    await site.parts.deployer.deploy(extraServer("extra"));
    const id = site.parts.containers.get("extra")?.runtime.id;
    await docker(site.fleet, "rename", "mcp-extra", "mcp-extra.replaced");
    await docker(site.fleet, "stop", "mcp-extra.replaced");
    await docker(site.fleet, "create", "--name", "mcp-extra", ...labels, EXTRA_IMAGE, "/never-started");
    site.parts.close();
    await site.start();
    await eventually(async () => assert.equal(site.parts.containers.get("extra")?.status, "running"));
    assert.equal(site.parts.containers.get("extra")?.runtime.id, id);
    assert.ok(!(await site.left()).includes("mcp-extra.replaced"));
  });

  it("go with all they have; the catalog's are not the API's to remove", async () => {
    await site.parts.deployer.remove("extra");
    assert.deepEqual([site.parts.containers.get("extra"), await site.left()], [undefined, []]);
    await assert.rejects(site.parts.deployer.remove("extra"), (error: ServerError) => error.status === 404);
  });
});
