import assert from "node:assert/strict";
import type { StackStatus } from "../../../cli/stack/status/status";
import type { Validation } from "../../../cli/stack/validate/validate";
import { Label } from "../../../manifest/container/labels";
import { endSessions } from "../../support/clients/api";
import { must } from "../../support/fleet/command";
import { docker, type Fleet, theFleet } from "../../support/fleet/fleet";
import { cli, mustCli } from "../../support/fleet/stack";
import { wrongDocument } from "../../support/kong/schema";

describe("dind-mcp status, validate and engine", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });

  async function validate(): Promise<Validation & { ok: boolean; code: number | null; text: string }> {
    const { code, stdout } = await cli(fleet.stack, "validate", "--json");
    return { ...JSON.parse(stdout), code, text: stdout };
  }
  /** What validate finds, as container.path. */
  async function found(): Promise<string[]> {
    const { differences, code, ok } = await validate();
    assert.equal(code, 3);
    assert.equal(ok, false);
    return differences.map(({ container, path }) => `${container}.${path}`);
  }

  describe("validate", () => {
    it("finds everything as declared right after an up", async () => {
      const { ok, code, compared, differences } = await validate();
      assert.deepEqual(differences, []);
      assert.equal(ok, true);
      assert.equal(code, 0);
      const own = ["mcp-database", "mcp-egress", "mcp-orchestrator"];
      const all = [fleet.stack.engineName, ...own, "mcp-files", "mcp-http", "mcp-postgres"];
      assert.deepEqual(compared.toSorted(), all.toSorted());
    });

    it("names limits that were moved, of a server and of the stack's own containers", async () => {
      const limits = await docker(fleet, "inspect", "-f", "{{.HostConfig.Memory}}", "mcp-files", "mcp-database");
      const [files = "", database = ""] = limits.trim().split("\n");
      const memory = (name: string, bytes: string) =>
        docker(fleet, "update", "--memory", bytes, "--memory-swap", bytes, name);
      await memory("mcp-files", "300m");
      await memory("mcp-database", "500m");
      await must("docker", ["update", "--restart", "no", fleet.stack.engineName]);
      try {
        assert.deepEqual(await found(), [
          `${fleet.stack.engineName}.restart`,
          "mcp-files.memory",
          "mcp-files.memorySwap",
          "mcp-database.memory",
          "mcp-database.memorySwap",
        ]);
        const text = await cli(fleet.stack, "stack", "validate");
        assert.match(text.stdout, new RegExp(`mcp-files +memory +${files} +${300 * 1024 * 1024}\n`));
        const status = JSON.parse((await cli(fleet.stack, "status", "--json")).stdout) as StackStatus;
        assert.equal(status.ok, false);
        assert.equal(status.drift?.length, 5);
      } finally {
        await memory("mcp-files", files);
        await memory("mcp-database", database);
        await must("docker", ["update", "--restart", "unless-stopped", fleet.stack.engineName]);
      }
    });

    it("tells a stopped server from a running one", async () => {
      await docker(fleet, "stop", "mcp-http");
      try {
        assert.deepEqual(await found(), ["mcp-http.state"]);
      } finally {
        await docker(fleet, "start", "mcp-http");
        await mustCli(fleet.stack, "engine", "start"); // waits for containers that are starting
      }
    });

    it("sees a container that was put in a server's place, wall by wall, and shows none of its secrets", async () => {
      const image = (await docker(fleet, "inspect", "-f", "{{.Image}}", "mcp-files")).trim();
      await docker(fleet, "stop", "mcp-files");
      await docker(fleet, "rename", "mcp-files", "aside");
      const label = ["--label", `${Label.Stack}=dind-mcp/${fleet.stack.name}`];
      const weak = ["--cap-drop", "ALL", "--user", "11001:11001", "--env", "KEY=hunter2hunter2", "--network", "none"];
      try {
        await docker(fleet, "create", "--name", "mcp-files", ...label, ...weak, image, "cat");
        const { text, differences } = await validate();
        const paths = differences.map(({ container, path }) => `${container}.${path}`);
        for (const path of ["id", "readOnly", "securityOptions", "memory", "env.KEY", "mounts./run/mcp", "command"]) {
          assert.ok(paths.includes(`mcp-files.${path}`), `${path}: ${paths.join(" ")}`);
        }
        assert.ok(!paths.includes("mcp-files.capDrop") && !paths.includes("mcp-files.user"), paths.join(" "));
        assert.ok(paths.includes("aside.container"), paths.join(" "));
        assert.doesNotMatch(text, /hunter2/);
      } finally {
        await docker(fleet, "rm", "-f", "mcp-files");
        await docker(fleet, "rename", "aside", "mcp-files");
        await docker(fleet, "start", "mcp-files");
        await mustCli(fleet.stack, "engine", "start");
      }
      assert.equal((await validate()).ok, true);
    });
  });

  it("status is one screen, and the same as JSON", async () => {
    const text = await mustCli(fleet.stack, "status");
    for (const part of ["Engine", "Servers", "Endpoints", "Certificates", "Drift", "Isolation", "Versions"]) {
      assert.match(text, new RegExp(`^${part}$`, "m"));
    }
    assert.ok(text.split("\n").length < 50, text);
    await endSessions(fleet); // clients of other tests may have gone without a word
    const status = JSON.parse(await mustCli(fleet.stack, "stack", "status", "--json")) as StackStatus;
    assert.equal(status.ok, true);
    assert.equal(status.api.sessions?.files, 0);
    assert.equal(status.engine.state, "healthy");
    assert.equal(status.endpoints.api, fleet.outputs.endpoints.api);
    assert.equal(status.isolation?.privileged, false);
    assert.ok(status.certificates.every(({ daysLeft, renewalDue }) => daysLeft > 300 && !renewalDue));
    assert.doesNotMatch(text + JSON.stringify(status), new RegExp(Object.values(fleet.outputs.tokens).join("|")));
  });

  it("kong prints the servers that run, as a configuration that Kong's documentation allows", async () => {
    const printed = await mustCli(fleet.stack, "kong", "--url", "https://mcp.example.com", "--json");
    const document = JSON.parse(printed) as { services: { name: string }[]; upstreams: { targets: object[] }[] };
    assert.deepEqual(wrongDocument(document), []);
    const tag = `dind-mcp.${fleet.stack.name}`;
    const parts = ["open", "api", "server.files", "server.http", "server.postgres"];
    const names = document.services.map(({ name }) => name);
    for (const part of parts) assert.ok(names.includes(`${tag}.${part}`), `${part}: ${names.join(" ")}`);
    const { host } = new URL(fleet.outputs.endpoints.api);
    assert.match(JSON.stringify(document.upstreams), new RegExp(`"target":"${host}"`));
    assert.doesNotMatch(printed, new RegExp(Object.values(fleet.outputs.tokens).join("|")));
  });

  it("status of a stack that is not there says how to make it", async () => {
    const { code, stderr } = await cli(fleet.stack, "status", "--stack", "nothing");
    assert.equal(code, 5);
    assert.match(stderr, /the stack nothing is not up.*\n.*bin\/dind-mcp up --stack nothing/);
  });

  describe("engine", () => {
    it("has its log, the last lines of it", async () => {
      const lines = (await mustCli(fleet.stack, "engine", "logs", "--tail", "5")).trim().split("\n");
      assert.equal(lines.length, 5);
      const { code, stderr } = await cli(fleet.stack, "engine", "logs", "--since", "yesterday");
      assert.equal(code, 2);
      assert.match(stderr, /--since: got "yesterday", expected an age like 10m/);
    });

    it("stop keeps everything, and start brings it back; both do nothing a second time", async () => {
      await docker(fleet, "exec", "mcp-files", "node", "-e", "fs.writeFileSync('/workspace/kept', 'kept')");
      const stopped = JSON.parse(await mustCli(fleet.stack, "engine", "stop", "--json"));
      assert.deepEqual(stopped, { engine: fleet.stack.engineName, state: "exited", changed: true });
      assert.match(await mustCli(fleet.stack, "engine", "stop"), /exited already/);

      const status = await cli(fleet.stack, "status");
      assert.equal(status.code, 3);
      assert.match(status.stdout, /exited since/);
      assert.match(status.stdout, /unknown: the engine does not answer/);
      const validated = await cli(fleet.stack, "validate");
      assert.equal(validated.code, 4);
      assert.match(validated.stderr, /the engine does not answer at tcp:/);

      const started = JSON.parse(await mustCli(fleet.stack, "engine", "start", "--json"));
      assert.equal(started.changed, true);
      assert.equal(JSON.parse(await mustCli(fleet.stack, "engine", "start", "--json")).changed, false);
      assert.equal((await validate()).ok, true);
      assert.equal(await docker(fleet, "exec", "mcp-files", "cat", "/workspace/kept"), "kept");
      await docker(fleet, "exec", "mcp-files", "rm", "/workspace/kept");
    });
  });
});
