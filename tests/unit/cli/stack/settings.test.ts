import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSettings } from "../../../../cli/stack/settings";

describe("config of a stack that is not there yet", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (text: string): void => writeFileSync(join(root, "Pulumi.dev.yaml"), text);

  it("is that of the project's file, without encrypted values and other programs' keys", () => {
    put(`config:
  other:apiPort: 1
  dind-mcp:apiPort: 18090
  dind-mcp:catalog: [mcp, ../team-servers]
  dind-mcp:folders: { code: { path: /home/me/code, servers: [files] } }
  dind-mcp:databaseDsn: { secure: v1:abc }
  dind-mcp:secrets: { files: { key: { secure: v1:abc } } }
`);
    const { apiPort, catalog, folders, databaseDsn, secrets } = fileSettings(root, "dev");
    assert.deepEqual(
      { apiPort, catalog, databaseDsn, secrets },
      {
        apiPort: 18_090,
        catalog: ["mcp", "../team-servers"],
        databaseDsn: "",
        secrets: {},
      },
    );
    assert.deepEqual(folders.code, {
      path: "/home/me/code",
      access: "read-only",
      servers: ["files"],
      wholeHome: false,
    });
  });

  it("is the defaults where there is no file", () => {
    assert.deepEqual(fileSettings(root, "dev").catalog, ["mcp"]);
    assert.deepEqual(fileSettings(root, "dev"), fileSettings(root, "other"));
  });

  it("that is wrong is refused with the file's name", () => {
    put("config:\n  dind-mcp:apiPrt: 1\n  dind-mcp:metricsPort: x\n");
    assert.throws(
      () => fileSettings(root, "dev"),
      /Pulumi\.dev\.yaml: dind-mcp\.metricsPort: [\s\S]*apiPrt: .*call it apiPort/,
    );
    put("config: [\n");
    assert.throws(() => fileSettings(root, "dev"), /Pulumi\.dev\.yaml:\d+: .*valid YAML/);
  });
});
