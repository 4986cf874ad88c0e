import assert from "node:assert/strict";
import { DockerApi } from "../../../orchestrator/docker-api/docker-api";
import { AccessGuard } from "../../../orchestrator/security/guard";
import { type Result, run } from "../../support/fleet/command";
import { config } from "../../support/orchestrator/security/requests";

const NAME = "mcp-test-dockerapi-box";
const SOCKET = "/var/run/docker.sock";

/** The real Docker CLI on the port, in front of the host engine. */
describe("Docker API of the orchestrator, with the Docker CLI", function () {
  this.timeout(60_000);
  const all = config();
  const guard = new AccessGuard({ config: all, tokens: [] });
  const options = { socketPath: SOCKET, guard, limits: all.limits, warn: () => {} };
  const apis = {
    "read-only": new DockerApi({ ...options, mode: "read-only" }),
    full: new DockerApi({ ...options, mode: "full" }),
  };
  const ports = { "read-only": 0, full: 0 };

  const docker = (mode: keyof typeof apis, ...args: string[]): Promise<Result> =>
    run("docker", ["-H", `tcp://127.0.0.1:${ports[mode]}`, ...args], {
      env: { PATH: process.env.PATH, HOME: "/nonexistent" },
    });

  before(async () => {
    ports["read-only"] = await apis["read-only"].listen(0, "127.0.0.1");
    ports.full = await apis.full.listen(0, "127.0.0.1");
    await run("docker", ["rm", "-f", NAME]);
    const image = ["debian:trixie-slim", "sh", "-c", "echo said; sleep 600"];
    const made = await run("docker", [
      "run",
      "-d",
      "--name",
      NAME,
      "--network",
      "none",
      "-e",
      "TOKEN=hush",
      "-l",
      "my=hush",
      "--init",
      ...image,
    ]);
    assert.equal(made.code, 0, made.stderr);
  });
  after(async () => {
    await run("docker", ["rm", "-f", NAME]);
    await apis["read-only"].close();
    await apis.full.close();
  });

  const works: [string, string[], RegExp][] = [
    [
      "ps",
      ["ps", "--filter", `name=${NAME}`, "--format", "{{.Names}} {{.Labels}}"],
      /^mcp-test-dockerapi-box .*my=<redacted>/,
    ],
    ["ps -as", ["ps", "-as", "--filter", `name=${NAME}`], /virtual/],
    ["inspect", ["inspect", NAME], /"TOKEN=<redacted>"/],
    ["container inspect -s", ["container", "inspect", "-s", NAME], /"SizeRw"/],
    ["images", ["images"], /debian +trixie-slim/],
    ["image inspect", ["image", "inspect", "debian:trixie-slim"], /"PATH=<redacted>"/],
    ["network ls", ["network", "ls"], /bridge/],
    ["network inspect", ["network", "inspect", "bridge"], /"com.docker.network.bridge.name": "docker0"/],
    ["volume ls", ["volume", "ls"], /DRIVER/],
    ["stats", ["stats", "--no-stream", "--format", "{{.Name}}", NAME], /mcp-test-dockerapi-box/],
    ["version", ["version"], /Server/],
    ["info", ["info"], /Server Version/],
    ["system df", ["system", "df"], /Images/],
    ["events", ["events", "--since", "10m", "--until", "0s", "--filter", `container=${NAME}`], /container start/],
  ];
  for (const [what, args, expected] of works) {
    it(`read-only: docker ${what} works, and shows nothing secret`, async () => {
      const { code, stdout, stderr } = await docker("read-only", ...args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, expected);
      assert.doesNotMatch(stdout, /hush/);
    });
  }
  const fails: [string, string[]][] = [
    ["logs", ["logs", NAME]],
    ["top", ["top", NAME]],
    ["exec", ["exec", NAME, "true"]],
    ["attach", ["attach", NAME]],
    ["run", ["run", "--rm", "debian:trixie-slim", "true"]],
    ["kill", ["kill", NAME]],
    ["stop", ["stop", NAME]],
    ["rm -f", ["rm", "-f", NAME]],
    ["cp", ["cp", `${NAME}:/etc/passwd`, "-"]],
    ["export", ["export", NAME]],
    ["diff", ["diff", NAME]],
    ["commit", ["commit", NAME]],
    ["update", ["update", "--memory", "64m", NAME]],
    ["save", ["save", "debian:trixie-slim"]],
    ["history", ["history", "debian:trixie-slim"]],
    ["pull", ["pull", "debian:trixie-slim"]],
    ["rmi", ["rmi", "debian:trixie-slim"]],
    ["volume create", ["volume", "create", "mcp-test-dockerapi-none"]],
    ["network create", ["network", "create", "mcp-test-dockerapi-none"]],
    ["system prune", ["system", "prune", "-f"]],
    ["plugin ls", ["plugin", "ls"]],
    ["swarm init", ["swarm", "init"]],
  ];
  for (const [what, args] of fails) {
    it(`read-only: docker ${what} fails with a sentence, and does nothing`, async () => {
      const { code, stdout, stderr } = await docker("read-only", ...args);
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        /read-only Docker API of dind-mcp: .*(mutual TLS|with a token|environment)|^unable to upgrade to tcp, received 403/,
      );
      assert.doesNotMatch(stdout, /hush|said|root:/);
      const state = await run("docker", ["inspect", "-f", "{{.State.Running}} {{.HostConfig.Memory}}", NAME]);
      assert.equal(state.stdout.trim(), "true 0");
    });
  }

  it("full: exec with input, attach to a run, logs, cp, events: as on the socket", async () => {
    const echoed = await run(
      "docker",
      ["-H", `tcp://127.0.0.1:${ports.full}`, "exec", "-i", NAME, "sh", "-c", "cat; echo end >&2; exit 3"],
      {
        input: "in\n".repeat(20_000),
      },
    );
    assert.deepEqual([echoed.code, echoed.stdout.length, echoed.stderr], [3, 60_000, "end\n"]);
    const ran = await docker(
      "full",
      "run",
      "--rm",
      "--network",
      "none",
      "--name",
      `${NAME}-2`,
      "debian:trixie-slim",
      "echo",
      "ran",
    );
    assert.deepEqual([ran.code, ran.stdout], [0, "ran\n"]);
    assert.match((await docker("full", "logs", NAME)).stdout, /said/);
    assert.ok((await docker("full", "cp", `${NAME}:/etc/passwd`, "-")).stdout.includes("root:"));
    assert.match((await docker("full", "inspect", NAME)).stdout, /TOKEN=hush/);
  });
});
