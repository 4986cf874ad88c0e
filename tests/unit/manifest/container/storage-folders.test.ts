import assert from "node:assert/strict";
import { containerSpec } from "../../../../manifest/container/container-spec";
import {
  storageContainer,
  storageFolder,
  storageMaker,
  storageOfFolder,
} from "../../../../manifest/container/storage-folders";
import { manifest } from "../../../support/manifest/documents";

const stack = "dind-mcp/dev";
const STORAGE = [
  { name: "data", path: "/data", size: "64m" },
  { name: "tools", path: "/opt/tools", exec: true },
];
const specOf = (more: Record<string, unknown>, managedBy?: "pulumi" | "api") =>
  containerSpec(manifest(more), { image: "i", stack, managedBy });
const fileLimit = (more: Record<string, unknown>) =>
  specOf(more).ulimits.find(({ name }) => name === "fsize")?.hard ?? "none";

describe("storage", () => {
  it("is mounted from folders of the server's own; programs run in it only when it says so", () => {
    assert.deepEqual(specOf({ storage: STORAGE, home: true }).mounts.slice(2), [
      { type: "bind", source: "/srv/mcp/storage/pulumi/echo.data", target: "/data", readOnly: false },
      { type: "bind", source: "/srv/mcp/storage-exec/pulumi/echo.tools", target: "/opt/tools", readOnly: false },
      { type: "bind", source: "/srv/mcp/storage-exec/pulumi/echo.home", target: "/home/mcp", readOnly: false },
    ]);
  });

  it("of a server that the API deployed is another than the catalog's of that name, and runs nothing that it wrote", () => {
    const sources = specOf({ storage: STORAGE }, "api").mounts.map(({ source }) => source);
    assert.deepEqual(sources.slice(2), ["/srv/mcp/storage/api/echo.data", "/srv/mcp/storage/api/echo.tools"]);
  });

  it("is HOME with `home: true`, else that is /tmp", () => {
    assert.equal(specOf({ home: true }).env.HOME, "/home/mcp");
    assert.equal(specOf({ storage: STORAGE }).env.HOME, "/tmp");
  });

  it("bounds a file by the largest of them, unless the server writes to a shared folder as well", () => {
    assert.equal(fileLimit({ storage: STORAGE }), 2 ** 30);
    assert.equal(fileLimit({ storage: STORAGE.slice(0, 1) }), 64 * 2 ** 20);
    assert.equal(fileLimit({}), "none");
    const mounts = [{ volume: "workspace", path: "/workspace" }];
    assert.equal(fileLimit({ storage: STORAGE, mounts }), 2 ** 30);
    assert.equal(fileLimit({ storage: STORAGE, mounts: [{ ...mounts[0], readOnly: false }] }), "none");
  });

  it("is made by a container behind a server's walls, as the server's user, which sees its owner's folders alone", () => {
    const spec = storageMaker(manifest({ storage: STORAGE, home: true }), { owner: "pulumi", image: "carrier", stack });
    assert.ok(spec);
    assert.deepEqual(
      [spec.entrypoint, spec.command],
      [["/.mcp/init"], ["make", "--", "/storage/echo.data", "/storage/echo.tools", "/storage/echo.home"]],
    );
    assert.deepEqual(spec.mounts.slice(1), [
      { type: "bind", source: "/srv/mcp/storage/pulumi", target: "/storage", readOnly: false },
    ]);
    const { user, capDrop, readOnly, networkMode, securityOptions, restart, groups } = spec;
    assert.deepEqual(
      { user, capDrop, readOnly, networkMode, securityOptions, restart, groups },
      {
        user: "11000:11000",
        capDrop: ["ALL"],
        readOnly: true,
        networkMode: "none",
        securityOptions: ["no-new-privileges:true"],
        restart: "no",
        groups: [],
      },
    );
    assert.equal(storageMaker(manifest(), { owner: "pulumi", image: "carrier", stack }), undefined);
  });

  it("is removed in the same way", () => {
    const work = { server: "echo", user: 11_000, owner: "api", image: "carrier", stack } as const;
    const { name, command } = storageContainer({ ...work, work: "remove", folders: ["echo.data"] });
    assert.deepEqual([name, command], ["mcp-echo-storage-folders", ["remove", "--", "/storage/echo.data"]]);
  });

  it("has a folder whose name tells whose it is", () => {
    assert.deepEqual(storageOfFolder(storageFolder("a-b", "c_d")), { server: "a-b", storage: "c_d" });
    assert.deepEqual(storageOfFolder(storageFolder("a-b.db", "c_d")), { server: "a-b", storage: "db.c_d" });
    for (const strange of ["lost+found", "a", ".a", "a.", "a.b_.c", "a.b.c.d", "A.b", "a.b\n"])
      assert.equal(storageOfFolder(strange), undefined, strange);
  });
});
