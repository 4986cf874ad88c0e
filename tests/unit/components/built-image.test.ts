import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type BuiltImageArgs, builtImage, contextHash } from "../../../components/built-image";
import { DockerType } from "../../../lib/docker-types";
import { record } from "../../support/components/mocks";
import { withProvider } from "../../support/components/parts";
import { only } from "../../support/components/queries";

describe("built images", () => {
  let folder: string;
  const at = (path: string) => join(folder, path);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    mkdirSync(at("sub"));
    writeFileSync(at("Dockerfile"), "FROM scratch\n", { mode: 0o644 });
    writeFileSync(at("sub/run"), "one", { mode: 0o644 });
    symlinkSync("sub/run", at("link"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe("the hash of a context", () => {
    const changes: Record<string, () => void> = {
      "a file's content": () => writeFileSync(at("sub/run"), "two"),
      "a file's path": () => renameSync(at("sub/run"), at("sub/go")),
      "a file that is executable now": () => chmodSync(at("sub/run"), 0o755),
      "a new file": () => writeFileSync(at("sub/new"), ""),
      "a file gone": () => unlinkSync(at("sub/run")),
      "where a link points": () => {
        unlinkSync(at("link"));
        symlinkSync("Dockerfile", at("link"));
      },
      "a link that is a file now": () => {
        unlinkSync(at("link"));
        writeFileSync(at("link"), "sub/run", { mode: 0o777 });
      },
      "content that moved from one file to the next": () => {
        writeFileSync(at("Dockerfile"), "FROM scratch");
        writeFileSync(at("sub/run"), "\none");
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`changes with ${what}`, () => {
        const before = contextHash(folder);
        change();
        assert.notEqual(contextHash(folder), before);
      });
    }

    it("does not change with what .dockerignore keeps from the engine", () => {
      // As the engine reads it: a byte order mark and CRLF are no part of a pattern.
      for (const list of [".dockerignore\nnotes\n", "\uFEFF.dockerignore\r\nnotes\r\n"]) {
        rmSync(at("notes"), { force: true });
        rmSync(at("notes.txt"), { force: true });
        writeFileSync(at(".dockerignore"), list);
        const before = contextHash(folder);
        writeFileSync(at("notes"), "new");
        writeFileSync(at(".dockerignore"), `${list}other\n`);
        assert.equal(contextHash(folder), before);
        writeFileSync(at("notes.txt"), "new");
        assert.notEqual(contextHash(folder), before);
      }
    });

    it("does not change with times, with who may write, or with the folder's own place", () => {
      const before = contextHash(folder);
      utimesSync(at("sub/run"), new Date(0), new Date(0));
      chmodSync(at("sub/run"), 0o600);
      const elsewhere = `${folder}-moved`;
      renameSync(folder, elsewhere);
      folder = elsewhere;
      assert.equal(contextHash(folder), before);
    });
  });

  const build = async (more: Partial<BuiltImageArgs> = {}) => {
    const args = { repository: "mcp-unit", context: folder, ...more };
    const { resources } = await record(() =>
      builtImage("image", args, { provider: withProvider("inner").providers.docker }),
    );
    return only(resources, `${DockerType.Image} image`);
  };

  it("are named by the hash of all that goes into them, and built again when it changes", async () => {
    const image = await build();
    const { hash } = image.inputs.triggers as { hash: string };
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(image.inputs.name, `mcp-unit:${hash.slice(0, 16)}`);
    const names = new Set([image.inputs.name, (await build()).inputs.name]);
    assert.equal(names.size, 1);
    for (const more of [
      { dockerfile: "Other" },
      { target: "last" },
      { buildArgs: { A: "1" } },
      { buildArgs: { A: "2" } },
    ])
      names.add((await build(more)).inputs.name);
    writeFileSync(at("sub/run"), "two");
    names.add((await build()).inputs.name);
    assert.equal(names.size, 6);
  });

  it("are built by the engine of their provider, with the legacy builder", async () => {
    const image = await build({ dockerfile: "Other", target: "last", buildArgs: { A: "1" } });
    assert.equal(image.provider, "inner");
    assert.deepEqual(image.inputs.build, {
      context: relative(process.cwd(), folder),
      dockerfile: "Other",
      target: "last",
      buildArgs: { A: "1" },
      useLegacyBuilder: true,
    });
  });

  it("go with the stack, unless they are to be kept", async () => {
    assert.equal((await build()).inputs.keepLocally, false);
    assert.equal((await build({ keep: true })).inputs.keepLocally, true);
  });
});
