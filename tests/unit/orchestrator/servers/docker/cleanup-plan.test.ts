import assert from "node:assert/strict";
import { Label } from "../../../../../manifest/container/labels";
import { type EngineParts, planCleanup } from "../../../../../orchestrator/servers/docker/cleanup-plan";

const NOW = 1_800_000_000_000;
const OLD = NOW - 3_600_000;
const STACK = "p/s";

const owned = (managedBy: string, more: Record<string, string> = {}, stack = STACK) => ({
  [Label.ManagedBy]: managedBy,
  [Label.Stack]: stack,
  ...more,
});
const api = (server: string, role?: string) =>
  owned("api", { [Label.Server]: server, ...(role ? { [Label.Role]: role } : {}) });

type Labels = Record<string, string>;
const part = (name: string, labels: Labels, created = OLD) => ({ id: name, name, labels, created });
const container = (name: string, state: string, labels: Labels = {}, image = "i", created = OLD) => ({
  ...part(name, labels, created),
  state,
  image,
});

function plan(
  parts: Partial<EngineParts>,
  { busy, ...more }: { force?: boolean; data?: boolean; busy?: string[] } = {},
): string[] {
  const all = { containers: [], volumes: [], networks: [], images: [], storage: [], ...parts };
  const options = { stack: STACK, busy: new Set(busy), now: NOW, ...more };
  return planCleanup(all, options).map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`);
}

describe("what nobody owns in the engine", () => {
  it("is a container of unknown origin that does not run; one that runs only when that is asked for", () => {
    const containers = [
      container("dead", "exited"),
      container("alive", "running"),
      container("new", "exited", {}, "i", NOW - 1_000),
      container("stand-in", "exited", { "dind-mcp.stand-in": "1" }),
    ];
    const stopped = ["container dead: no dind-mcp label, exited", "container stand-in: no dind-mcp label, exited"];
    assert.deepEqual(plan({ containers }), stopped);
    assert.deepEqual(plan({ containers }, { force: true }).sort(), [
      "container alive: no dind-mcp label, running",
      ...stopped,
    ]);
  });

  it("is nothing that Pulumi, or another stack, owns", () => {
    const labels = [owned("pulumi"), owned("pulumi", { [Label.Server]: "x" }), owned("api", {}, "other/stack")];
    for (const one of labels) {
      const parts = {
        containers: [container("c", "exited", one)],
        volumes: [{ ...part("v", one), used: false }],
        networks: [{ ...part("n", one), used: false }],
      };
      assert.deepEqual(plan(parts, { force: true }), []);
    }
  });

  it("is what a server left that is gone, and not what one has that is there or is just being deployed", () => {
    const parts = {
      containers: [container("mcp-here", "exited", api("here"))],
      volumes: ["here", "gone", "coming"].map((name) => ({ ...part(`mcp-${name}-secrets`, api(name)), used: false })),
      networks: ["here", "gone", "coming"].map((name) => ({ ...part(`mcp-${name}`, api(name)), used: false })),
    };
    assert.deepEqual(plan(parts, { busy: ["coming"], force: true }), [
      "network mcp-gone: of server gone, which is gone",
      "volume mcp-gone-secrets: of server gone, which is gone",
    ]);
  });

  it("is what an interrupted deployment left", () => {
    const containers = [
      container("mcp-a", "running", api("a")),
      container("mcp-a.replaced", "exited", api("a")),
      container("mcp-b.replaced", "exited", api("b")),
      container("mcp-c", "created", api("c")),
      container("mcp-d-secret-files", "created", api("d", "volume-files")),
      container("mcp-e-secret-files", "created", api("e", "volume-files")),
      container("mcp-e-storage-folders", "exited", api("e", "storage-folders")),
    ];
    assert.deepEqual(
      plan({ containers }, { busy: ["e"] }).map((line) => line.split(":")[0]),
      ["container mcp-a.replaced", "container mcp-c", "container mcp-d-secret-files"],
    );
  });

  it("is a volume and a network without label that no container uses, and never Docker's own networks", () => {
    const parts = {
      volumes: [
        { ...part("used", {}), used: true },
        { ...part("unused", {}), used: false },
        { ...part("new", {}, NOW), used: false },
      ],
      networks: ["bridge", "host", "none", "docker_gwbridge", "ingress", "own"].map((name) => ({
        ...part(name, {}),
        used: false,
      })),
    };
    assert.deepEqual(plan(parts), [
      "network own: no dind-mcp label, and no container uses it",
      "volume unused: no dind-mcp label, and no container uses it",
    ]);
  });

  it("is an image that no container needs, children first; not one that was built from, or that the stack built", () => {
    const image = (id: string, tags: string[], parent?: string) => ({
      ...part(id, {}),
      tags,
      ...(parent ? { parent } : {}),
    });
    const parts = {
      containers: [container("mcp-x", "running", owned("pulumi"), "built")],
      images: [
        image("base", ["debian:1"]),
        image("step", [], "base"),
        image("built", ["mcp-x:1"], "step"),
        image("lone-parent", []),
        image("lone-child", ["old:1"], "lone-parent"),
        image("kept", ["mcp-y:1"]),
        { ...image("new", []), created: NOW },
      ],
    };
    assert.deepEqual(plan(parts), [
      "image lone-child: no container uses it",
      "image lone-parent: it has no name, and no container uses it",
    ]);
    assert.deepEqual(plan(parts, { busy: ["any"] }), []);
  });

  it("is storage without a server, only when that is asked for, and not at once", () => {
    const folder = { owner: "pulumi", server: "gone", storage: "data", uid: 11_000, bytes: 7 } as const;
    const storage = [
      { ...folder, lostSince: NOW - 31_000 },
      { ...folder, server: "replaced", lostSince: NOW - 5_000 },
      { ...folder, server: "there" },
      { ...folder, server: "deployed", lostSince: OLD },
    ];
    assert.deepEqual(plan({ storage }), []);
    assert.deepEqual(plan({ storage }, { data: true, busy: ["deployed"] }), [
      "storage pulumi/gone.data: no server gone has it",
    ]);
  });

  it("goes with the image of a container that goes, and tells sizes", () => {
    const containers = [{ ...container("dead", "exited", {}, "img"), bytes: 5 }];
    const images = [{ ...part("img", {}), tags: ["a:1", "a:2"], bytes: 7 }];
    const all = planCleanup(
      { containers, volumes: [], networks: [], images, storage: [] },
      { stack: STACK, busy: new Set(), now: NOW },
    );
    assert.deepEqual(
      all.map(({ kind, bytes, tags }) => ({ kind, bytes, tags })),
      [
        { kind: "container", bytes: 5, tags: undefined },
        { kind: "image", bytes: 7, tags: ["a:1", "a:2"] },
      ],
    );
  });
});
