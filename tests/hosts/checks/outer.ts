import assert from "node:assert/strict";
import { join } from "node:path";
import { formatProblem } from "../../../lib/problems";
import { hostProblems, inspectHostEngine } from "../../../stack/host-engine";
import { run } from "../../support/fleet/command";
import { facts } from "../../support/hosts/facts";
import { engine, HOST, host, hostSocket, PATIENCE } from "../../support/hosts/host";
import { engineArgs, refusal, settings, startEngine, untilHealthy } from "../../support/hosts/outer";

/** The host, what the engine refuses there, and the engine itself. */
export function outerChecks(): void {
  let problems: string[];

  it("the host is what it should be", async () => {
    const socket = await hostSocket();
    const found = await inspectHostEngine(socket.endpoint).finally(socket.close);
    const apparmor = found.securityOptions.some((option) => option.split(",").includes("name=apparmor"));
    const [system, kernel] = (await host.docker("info", "-f", "{{.OperatingSystem}}\t{{.KernelVersion}}")).split("\t");
    Object.assign(facts, {
      System: system,
      Kernel: kernel,
      Docker: found.version,
      "cgroup version": `v${found.cgroupVersion}`,
      AppArmor: apparmor ? "on" : "off",
    });
    if (HOST.kind !== "here") {
      assert.equal(found.cgroupVersion, "2");
      assert.equal(apparmor, HOST.kind !== "no-apparmor");
    }
    problems = hostProblems(found, settings()).map(formatProblem);
  });

  if (HOST.kind === "userns") {
    it("the program refuses user namespaces before anything is made, in one sentence", () => {
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /got an engine with userns-remap, expected one without: .* To fix: /);
    });
  } else {
    it("the program has nothing against the host", () => assert.deepEqual(problems, []));
  }

  it("without a private cgroup namespace the engine refuses, in one sentence", async () => {
    const { code, says } = await refusal({ cgroupnsMode: "host" });
    assert.match(says, /^dind-mcp engine: the cgroup namespace is the host's: .*$/m);
    assert.equal(code, 21);
  });

  if (HOST.kind === "apparmor" || HOST.kind === "userns") {
    it("under AppArmor's default profile the engine refuses, in one sentence", async () => {
      const { securityOpts } = engineArgs();
      const options = (securityOpts as string[]).filter((option) => option !== "apparmor=unconfined");
      const { code, says } = await refusal({ securityOpts: options });
      assert.match(says, /^dind-mcp engine: mounting is forbidden: .*apparmor=unconfined.*$/m);
      assert.equal(code, 20);
    });
  }

  it("the engine is healthy", async () => {
    await startEngine();
    await untilHealthy(PATIENCE);
  });

  it("its API answers the client's certificate", async () => {
    assert.match(await engine.docker("version", "-f", "{{.Server.Version}}"), /^\d+\.\d+\.\d+/);
  });

  it("its API refuses no certificate, and another authority's", async () => {
    for (const who of ["nobody", "stranger"]) {
      const { code, stderr } = await run("docker", ["version"], {
        env: { ...engine.env, DOCKER_CERT_PATH: join(HOST.work, who) },
      });
      assert.notEqual(code, 0, who);
      assert.match(stderr, /remote error: tls: /, who); // the engine's refusal, not a mishap on this side
    }
  });
}
