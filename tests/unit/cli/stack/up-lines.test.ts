import assert from "node:assert/strict";
import type { UpEvent } from "../../../../cli/stack/up-events";
import { UpLines } from "../../../../cli/stack/up-lines";

const IN_SERVER = "urn:pulumi:dev::dind-mcp::dind-mcp:index:Fleet$dind-mcp:index:McpServer$";
const IMAGE = `${IN_SERVER}docker:index/remoteImage:RemoteImage::git-image`;
const CONTAINER = `${IN_SERVER}docker:index/container:Container::git`;
const CARRIER = `${IN_SERVER}dind-mcp:index:VolumeFiles$docker:index/container:Container::git-secret-files`;
const FOLDERS = `${IN_SERVER}docker:index/container:Container::git-storage-folders`;
const VOLUME = `${IN_SERVER}docker:index/volume:Volume::git-sessions`;
const STACK = "urn:pulumi:dev::dind-mcp::pulumi:pulumi:Stack::dind-mcp-dev";

const begun = (urn: string, op = "create"): UpEvent => ({ resourcePreEvent: { metadata: { op, urn } } });
const ended = (urn: string, op = "create"): UpEvent => ({ resOutputsEvent: { metadata: { op, urn } } });
const failed = (urn: string, op = "create"): UpEvent => ({ resOpFailedEvent: { metadata: { op, urn } } });

describe("what `up` shows", () => {
  const shown = (...events: [UpEvent, number][]): string[] => {
    const lines = new UpLines();
    return events.flatMap(([event, at]) => lines.take(event, at * 1_000));
  };

  it("is a line for an image that is built and a container that has started, and for one that is gone", () => {
    const events: [UpEvent, number][] = [
      [begun(VOLUME), 0],
      [begun(IMAGE), 0],
      [ended(VOLUME), 1],
      [begun(CARRIER), 1],
      [ended(CARRIER), 2],
      [begun(FOLDERS), 1],
      [ended(FOLDERS), 2],
      [ended(IMAGE), 40],
      [begun(CONTAINER, "create-replacement"), 40],
      [ended(CONTAINER, "create-replacement"), 43],
      [begun(CONTAINER, "replace"), 43],
      [ended(CONTAINER, "replace"), 43],
      [ended(CONTAINER, "same"), 44],
      [begun(CONTAINER, "delete"), 50],
      [ended(CONTAINER, "delete"), 52],
    ];
    assert.deepEqual(
      shown(...events).map((line) => line.replace(/ +/g, " ")),
      ["git built in 40 s", "git started in 3 s", "git removed"],
    );
  });

  it("tells what is at work, and how long", () => {
    const lines = new UpLines();
    assert.equal(lines.atWork(0), undefined);
    lines.take(begun(IMAGE), 0);
    lines.take(begun(VOLUME), 0);
    assert.equal(lines.atWork(1_000), undefined, "nobody has to be told of one second");
    lines.take(begun(CONTAINER), 10_000);
    assert.equal(lines.atWork(12_000), "at work: git building 12 s, git starting 2 s");
    lines.take(ended(IMAGE), 13_000);
    lines.take(failed(CONTAINER), 13_000);
    assert.equal(lines.atWork(60_000), undefined);
  });

  it("is every error and warning as plain text, with the name of what it is about", () => {
    const said = (severity: "info" | "info#err" | "warning" | "error", message: string, urn?: string): UpEvent => ({
      diagnosticEvent: { severity, message, ...(urn ? { urn } : {}) },
    });
    assert.deepEqual(
      shown(
        [begun(IMAGE), 0],
        [failed(IMAGE), 3],
        [said("error", "<{%fg 13%}>npm error<{%reset%}>\n  no such package\n", IMAGE), 3],
        [said("warning", "old", STACK), 3],
        [said("info", "chatter", STACK), 3],
        [said("info#err", "Error: boom", STACK), 3],
        [said("error", "update failed"), 4],
      ),
      [
        "git                  failed while building",
        "error: git-image: npm error\n  no such package",
        "warning: old",
        "Error: boom",
        "error: update failed",
      ],
    );
  });

  it("knows the servers that could not be made, unless something else failed too", () => {
    const error = (urn: string, message: string): UpEvent => ({ diagnosticEvent: { severity: "error", message, urn } });
    const unmade = (...events: UpEvent[]) => {
      const lines = new UpLines();
      for (const event of events) lines.take(event, 0);
      return lines.unmade();
    };
    const told = error(IMAGE, "1 error occurred:\n\t* Error running legacy build: no such package\n");
    assert.deepEqual(unmade(failed(IMAGE), told, error("", "update failed")), [
      { name: "git", status: "not made", reason: "no such package" },
    ]);
    assert.equal(unmade(told, failed(IMAGE))?.[0]?.reason, "no such package");
    const companion =
      "urn:pulumi:dev::dind-mcp::dind-mcp:index:McpServer$dind-mcp:index:Companion$docker:index/container:Container::git.db";
    assert.deepEqual(unmade(failed(companion), error(companion, "not healthy")), [
      { name: "git", companion: "db", status: "not made", reason: "its companion db: not healthy" },
    ]);
    const shared =
      "urn:pulumi:dev::dind-mcp::dind-mcp:index:Fleet$dind-mcp:index:Companion$docker:index/container:Container::shared.redis";
    assert.deepEqual(unmade(failed(shared), error(shared, "not healthy")), [
      { name: "shared", companion: "redis", status: "not made", reason: "not healthy" },
    ]);
    const bridge =
      "sdk-v2/provider2.go:571: sdk.helper_schema: Error running legacy build: no such\n\n: provider=docker";
    assert.equal(unmade(told, failed(IMAGE), error(IMAGE, bridge))?.[0]?.reason, "no such package");
    assert.deepEqual(shown([error(IMAGE, bridge), 0]), []);
    assert.deepEqual(shown([told, 0]), ["error: git-image: no such package"]);
    const engine = "urn:pulumi:dev::dind-mcp::dind-mcp:index:EngineHost$docker:index/container:Container::engine";
    assert.equal(unmade(failed(IMAGE), failed(engine)), undefined);
    assert.equal(unmade(error("", "the config is wrong")), undefined);
    const word = "Error: resource git-image [docker:index/remoteImage:RemoteImage] failed to register";
    const dump = `Running program '/p/index.ts' failed with an unhandled exception:\n<ref *1> Error: resource git-image failed to register\n    at x`;
    for (const urn of [STACK, ""]) for (const one of [word, dump]) assert.deepEqual(shown([error(urn, one), 0]), []);
  });

  it("ends with what was done", () => {
    const end = { durationSeconds: 54, resourceChanges: { create: 3, update: 1, replace: 2, delete: 4, same: 60 } };
    const counted = "resources: 3 created, 1 changed, 2 replaced, 4 removed, 60 unchanged; 54 s";
    assert.deepEqual(shown([{ summaryEvent: end }, 0]), [counted]);
    assert.deepEqual(shown([{ summaryEvent: { durationSeconds: 1 } }, 0]), ["resources: none; 1 s"]);
  });
});
