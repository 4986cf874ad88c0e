import assert from "node:assert/strict";
import { diskOf, isolationOf } from "../../../../../orchestrator/servers/docker/engine-info";

describe("the engine's disk", () => {
  it("is added up, without what Docker does not know and what is counted elsewhere", () => {
    const answer = {
      LayersSize: 100,
      Containers: [{ SizeRw: 3 }, {}],
      Volumes: [{ UsageData: { Size: 20 } }, { UsageData: { Size: -1 } }, {}],
      BuildCache: [{ Size: 5 }, { Size: 7, Shared: true }],
    };
    assert.deepEqual(diskOf(answer), { images: 100, containers: 3, volumes: 20, buildCache: 5 });
    const empty = { images: 0, containers: 0, volumes: 0, buildCache: 0 };
    assert.deepEqual(diskOf({ Containers: null, Volumes: null, BuildCache: null }), empty);
  });
});

describe("the engine's isolation", () => {
  it("is what Docker lists, in words", () => {
    const options = ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns", "strange"];
    assert.deepEqual(isolationOf(options), ["apparmor", "seccomp (builtin)", "cgroupns", "strange"]);
    for (const none of [null, undefined]) assert.deepEqual(isolationOf(none), []);
  });
});
