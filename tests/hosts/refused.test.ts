import assert from "node:assert/strict";
import { hostProblems, inspectHostEngine } from "../../host-engine";
import { formatProblem } from "../../problems";
import { makeCertificates } from "./support/certificates";
import { facts } from "./support/facts";
import { HOST, host, hostSocket } from "./support/host";
import { makeSurroundings, refusal, removeAll, settings } from "./support/outer";

/** A host engine that is not supported: one sentence says so, and nothing is made. */
describe(`refused on ${HOST.machine}`, () => {
  before(async () => {
    await makeCertificates(HOST.work);
    await makeSurroundings();
  });

  after(async () => {
    await removeAll();
  });

  it("the program refuses user namespaces, in one sentence", async () => {
    const socket = await hostSocket();
    const found = await inspectHostEngine(socket.endpoint).finally(socket.close);
    const [system, kernel] = (await host.docker("info", "-f", "{{.OperatingSystem}}\t{{.KernelVersion}}")).split("\t");
    Object.assign(facts, { System: system, Kernel: kernel, Docker: found.version });
    Object.assign(facts, { "cgroup version": `v${found.cgroupVersion}`, AppArmor: "on" });
    const problems = hostProblems(found, settings()).map(formatProblem);
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /got an engine with userns-remap, expected one without: .* To fix: point dind-mcp:hostEngine/,
    );
  });

  it("the engine, started all the same, refuses too", async () => {
    const { code, says } = await refusal({});
    assert.match(says, /^dind-mcp engine: .*user namespaces.*$/m);
    assert.equal(code, 20);
  });
});
