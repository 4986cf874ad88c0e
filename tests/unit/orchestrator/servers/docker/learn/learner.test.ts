import assert from "node:assert/strict";
import { mock } from "node:test";
import { pino } from "pino";
import { containerLabels, Label, Role } from "../../../../../../manifest/container/labels";
import { Learner, type LearnerOptions } from "../../../../../../orchestrator/servers/docker/learn/learner";
import { ServerError } from "../../../../../../orchestrator/servers/server-error";
import type { ServerInfo } from "../../../../../../orchestrator/servers/server-info";
import { manifest } from "../../../../../support/manifest/documents";

const STACK = "p/s";
const MINUTE = 60_000;

describe("a copy that learns", () => {
  let removed: string[];
  let failures: Error[];
  let containers: { Labels: Record<string, string> }[];
  let learner: Learner;
  let images: string[];
  const busy = new Set<string>();
  const server = { name: "echo", manifest: manifest() } as ServerInfo;
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000 });
    [removed, failures, containers, images] = [[], [], [], []];
    busy.clear();
    const options = {
      client: {
        api: {
          listContainers: async () => containers,
          getImage: (name: string) => ({
            inspect: async () => {
              if (!images.includes(name)) throw Object.assign(new Error("no such image"), { statusCode: 404 });
              return { Id: "sha256:1" };
            },
          }),
        },
      },
      servers: { get: (name: string) => (name.startsWith("echo") ? server : undefined), list: () => [server] },
      deployer: {
        busy,
        copy: async () => server,
        remove: async (name: string) => {
          const failure = failures.shift();
          if (failure) throw failure;
          removed.push(name);
        },
      },
      stack: STACK,
      log: pino({ level: "silent" }),
    };
    learner = new Learner(options as unknown as LearnerOptions);
  });
  afterEach(() => {
    learner.close();
    mock.timers.reset();
  });

  it("goes when its time is over, tried again each minute, and only then another may learn", async () => {
    const { copy, until } = await learner.start("echo", 2);
    assert.deepEqual([copy, until], ["echo-learn", 1_000 + 2 * MINUTE]);
    await assert.rejects(learner.start("echo", 1), /echo-learn is learning; end it, or wait until 1970-01-01T00:02:01/);
    failures.push(new ServerError(502, "the engine does not answer"));
    mock.timers.tick(2 * MINUTE - 1);
    await settled();
    assert.deepEqual(removed, []);
    mock.timers.tick(1);
    await settled();
    assert.deepEqual([removed, failures], [[], []]);
    mock.timers.tick(MINUTE);
    await settled();
    assert.deepEqual(removed, ["echo-learn"]);
    await assert.rejects(learner.end("echo"), /no copy of echo is learning/);
    await learner.start("echo", 1);
  });

  it("that rehearses is looked at once and goes, however that ends, and needs an image to rehearse", async () => {
    const look = async (copy: string) => `saw ${copy}`;
    await assert.rejects(learner.rehearse("echo", look), { status: 404 });
    images.push("mcp-echo-rehearsal:next");
    assert.equal(await learner.rehearse("echo", look), "saw echo-learn");
    const failing = learner.rehearse("echo", async () => {
      await assert.rejects(learner.start("echo", 1), /echo-learn is learning/);
      throw new Error("its tools are broken");
    });
    await assert.rejects(failing, /its tools are broken/);
    assert.deepEqual(removed, ["echo-learn", "echo-learn"]);
    await learner.start("echo", 1);
  });

  it("that somebody else removed keeps nobody from learning", async () => {
    await learner.start("echo", 2);
    failures.push(new ServerError(404, "there is no server echo-learn"));
    await learner.end("echo");
    await learner.start("echo", 1);
  });

  it("and was left by a killed orchestrator is removed, at the start or a minute later, but not the one that learns", async () => {
    const labels = { [Label.Server]: "echo-learn", [Label.LearnsUntil]: "5" };
    containers = [
      { Labels: containerLabels(labels) },
      { Labels: containerLabels({ [Label.Server]: "echo-learn", [Label.Role]: Role.LearningEgress }) },
      { Labels: containerLabels({ [Label.Server]: "other-learn" }) }, // a server of that name
      { Labels: containerLabels({ [Label.Server]: "echo" }) },
    ];
    failures.push(new ServerError(502, "the engine does not answer"));
    await learner.recover();
    assert.deepEqual(removed, []);
    mock.timers.tick(MINUTE);
    await settled();
    assert.deepEqual(removed, ["echo-learn"]);
    await learner.start("echo", 30);
    mock.timers.tick(MINUTE);
    await settled();
    assert.deepEqual(removed, ["echo-learn"]);
  });
});
