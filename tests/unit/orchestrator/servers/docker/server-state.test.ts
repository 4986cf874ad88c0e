import assert from "node:assert/strict";
import { Label } from "../../../../../manifest/container/labels";
import { labelledManifest, serverInfo, statusAndReason } from "../../../../../orchestrator/servers/docker/server-state";
import { manifest } from "../../../../support/manifest/documents";
import { health, inspected, type State } from "../../../../support/orchestrator/servers/docker/inspect";

const said = (state: State) => {
  const { status, reason } = statusAndReason(inspected("c", {}, state).State);
  return reason === undefined ? status : `${status}: ${reason}`;
};
const known = { volumesFolder: "/v", oomKills: 0 };

describe("the state of a server's container", () => {
  it("is running when it is healthy, or has no health check", () => {
    assert.deepEqual(
      [said({}), said(health("healthy", 0, "healthy: MCP")), said(health("none", 0, ""))],
      [...["running", "running", "running"]],
    );
  });

  it("is starting until the first check succeeds, with what the last check said", () => {
    assert.equal(said(health("starting", 0, "")), "starting");
    assert.equal(said(health("starting", 1, "first\nno answer in 5s\n\n")), "starting: no answer in 5s");
    const unchecked = { Health: { Status: "starting", FailingStreak: 0, Log: null as unknown as [] } };
    assert.equal(said(unchecked), "starting");
  });

  it("is unhealthy with what the last check said, or its exit code", () => {
    assert.equal(
      said(health("unhealthy", 1, "unhealthy: refused: session limit\n")),
      "unhealthy: refused: session limit",
    );
    assert.equal(said(health("unhealthy", 137, "")), "unhealthy: the health check ended with exit code 137");
    assert.equal(said({ Status: "paused", Paused: true }), "unhealthy: paused");
    assert.equal(said(health("unhealthy", 1, "x".repeat(5_000))).length, 311);
  });

  it("is stopped or restarting with the reason", () => {
    assert.equal(said({ Status: "created" }), "stopped: never started");
    assert.equal(said({ Status: "created", Error: "no such file" }), "stopped: no such file");
    assert.equal(said({ Status: "exited", ExitCode: 3 }), "stopped: ended with exit code 3");
    assert.equal(said({ Status: "exited", ExitCode: 137, OOMKilled: true }), "stopped: out of memory");
    assert.equal(said({ Status: "restarting", ExitCode: 1 }), "restarting: ended with exit code 1");
    assert.deepEqual([said({ Status: "removing" }), said({ Status: "dead" })], ["removing", "removing"]);
  });
});

describe("a server as its container declares it", () => {
  it("is a copy by its label and its name, as an image can bring the label alone", () => {
    const copyOf = (name: string) => {
      const container = inspected("c");
      container.Config.Labels[Label.CopyOf] = "echo";
      return serverInfo(manifest({ name }), container, known).copyOf;
    };
    assert.deepEqual([copyOf("echo-learn"), copyOf("evil")], ["echo", undefined]);
  });

  it("is not well for a reason, which ends with what its log ends with", () => {
    const reasonOf = (state: State, more = {}, restarts = 0) =>
      serverInfo(manifest(), { ...inspected("c", {}, state), RestartCount: restarts }, { ...known, ...more }).reason;
    const lastWords = ["no key", "bye"];
    const failing = health(
      "unhealthy",
      1,
      "unhealthy: initialize: the session ended\u001b[1m\u202e without an answer\n",
    );
    const said = "initialize: the session ended [1m without an answer";
    assert.equal(reasonOf(failing), said);
    assert.equal(reasonOf(failing, { lastWords }), `${said}; its log ends with: no key | bye`);
    const killed = `${said}; 2 of its processes were killed for memory; its log ends with: no key | bye`;
    assert.equal(reasonOf(failing, { lastWords, oomKills: 2 }), killed);
    const dead: State = { Status: "exited", ExitCode: 137, OOMKilled: true };
    assert.equal(reasonOf(dead, { oomKills: 1 }), "out of memory");
    const again = health("starting", 0, "");
    assert.equal(reasonOf(again, {}, 0), undefined);
    assert.equal(
      reasonOf({ Health: { Status: "starting", FailingStreak: 0, Log: [] } }, {}, 4),
      "it ended and was started again, 4 times",
    );
    assert.equal(reasonOf(health("starting", 137, ""), {}, 4), "it ended and was started again, 4 times");
    assert.equal(reasonOf(health("unhealthy", 137, "")), "the health check ended with exit code 137");
    assert.equal(reasonOf({}, { lastWords, oomKills: 1 }), undefined, "one that is well has none");
  });

  it("is the manifest of the label", () => {
    assert.deepEqual(labelledManifest(inspected("c")), manifest());
  });

  it("is none when the label is no manifest, or another container has the server's name", () => {
    const labelled = (label: string | undefined, name = "/mcp-echo") => {
      const container = inspected("c");
      container.Config.Labels = label === undefined ? {} : { [Label.Manifest]: label };
      return labelledManifest({ ...container, Name: name });
    };
    assert.equal(labelled(undefined), "the label dind-mcp.manifest is no JSON");
    assert.equal(labelled("{"), "the label dind-mcp.manifest is no JSON");
    assert.match(String(labelled('{"name":"A"}')), /label dind-mcp\.manifest: name: got "A", expected a lower-case/);
    const renamed = { ...inspected("c"), Name: "/mcp-other" };
    assert.equal(labelledManifest(renamed), "the container is called mcp-other, expected mcp-echo");
  });

  it("is reached on its socket, or in its network", () => {
    const stdio = serverInfo(manifest(), inspected("c"), known);
    assert.deepEqual(stdio.address, { type: "stdio", socket: "/v/mcp-echo-sessions/_data/session.sock" });
    const more = { transport: { type: "streamable-http", port: 8_080, path: "/x" } };
    const http = serverInfo(manifest(more), inspected("c", more), known);
    assert.deepEqual(http.address, { type: "http", url: "http://10.214.6.66:8080/x" });
    const stopped = inspected("c", more);
    stopped.NetworkSettings.Networks = {};
    assert.deepEqual(serverInfo(manifest(more), stopped, known).address, {
      type: "http",
      url: "http://mcp-echo:8080/x",
    });
  });

  it("is of a new generation in a new container and after a restart, not after a change of its health", () => {
    const generation = (id: string, state: State = {}) =>
      serverInfo(manifest(), inspected(id, {}, state), known).generation;
    assert.equal(generation("a"), generation("a", health("unhealthy", 1, "no")));
    assert.notEqual(generation("a"), generation("b"));
    assert.notEqual(generation("a"), generation("a", { StartedAt: "2026-01-01T00:00:05Z" }));
  });

  it("says who owns it and when it started", () => {
    const container = inspected("c", {}, { Status: "created", StartedAt: "0001-01-01T00:00:00Z" });
    container.Config.Labels[Label.ManagedBy] = "api";
    const { managedBy, startedAt, runtime } = serverInfo(manifest(), container, {
      ...known,
      image: { digest: "sha256:1" },
    });
    assert.deepEqual([managedBy, startedAt, runtime.image.digest], ["api", undefined, "sha256:1"]);
    assert.equal(serverInfo(manifest(), inspected("c"), known).managedBy, "pulumi");
  });
});
