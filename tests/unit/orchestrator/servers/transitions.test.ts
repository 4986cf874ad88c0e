import assert from "node:assert/strict";
import { serverInfo } from "../../../../orchestrator/servers/docker/server-state";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { transitions } from "../../../../orchestrator/servers/transitions";
import { manifest } from "../../../support/manifest/documents";
import { container } from "../../../support/orchestrator/servers/container";
import { inspected, type State } from "../../../support/orchestrator/servers/docker/inspect";

const info = (status: ServerInfo["status"], more: Partial<ServerInfo> = {}): ServerInfo => ({
  ...serverInfo(manifest(), inspected("c", {}, {} as State), { volumesFolder: "/v", oomKills: 0 }),
  status,
  ...more,
});
const told = (previous: ServerInfo | undefined, current: ServerInfo | undefined) =>
  transitions(previous, current).map(({ type, data }) => [type, ...Object.values(data)].join(" "));

describe("what is told about a server's changes", () => {
  it("comes and goes", () => {
    assert.deepEqual(told(undefined, info("stopped", { reason: "never started" })), [
      "server.added pulumi stopped never started",
    ]);
    assert.deepEqual(told(info("running"), undefined), ["server.removed pulumi"]);
    assert.deepEqual(told(undefined, undefined), []);
  });

  it("starts, is healthy, is not, is again", () => {
    assert.deepEqual(told(info("stopped"), info("starting", { generation: "2" })), ["server.started 0"]);
    assert.deepEqual(told(info("starting"), info("running")), ["server.healthy"]);
    assert.deepEqual(told(info("running"), info("unhealthy", { reason: "no answer" })), ["server.unhealthy no answer"]);
    assert.deepEqual(told(info("unhealthy"), info("running")), ["server.healthy"]);
    assert.deepEqual(told(info("unhealthy"), info("unhealthy", { reason: "another" })), []);
  });

  it("stops with its reason", () => {
    assert.deepEqual(told(info("running"), info("stopped", { reason: "out of memory" })), [
      "server.stopped out of memory",
    ]);
    assert.deepEqual(told(info("restarting"), info("stopped")), []);
  });

  it("restarts between two looks: stopped and started", () => {
    const after = info("running", { generation: "2", runtime: container("c", { restarts: 1 }) });
    assert.deepEqual(told(info("running"), after), ["server.stopped", "server.started 1", "server.healthy"]);
  });

  it("runs out of memory, whole or in one of its processes", () => {
    assert.deepEqual(told(info("running"), info("running", { runtime: container("c", { oomKills: 2 }) })), [
      "server.oom 2",
    ]);
    assert.deepEqual(
      told(info("running"), info("stopped", { runtime: container("c", { oomKills: 1 }), reason: "out of memory" })),
      ["server.oom 1", "server.stopped out of memory"],
    );
  });
});
