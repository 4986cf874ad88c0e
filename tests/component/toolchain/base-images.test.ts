import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/fleet/command";

const SCRIPT = join(__dirname, "../../../toolchain/base-images.sh");

describe("base images", () => {
  let folder: string;
  let engine: Server;
  /** Does the engine say that a registry has the image? */
  let inRegistry: boolean;
  const at = (path: string) => join(folder, path);
  const asked = () => readFileSync(at("asked"), "utf8");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    engine = createServer((_, response) => response.writeHead(inRegistry ? 200 : 404).end("{}"));
    await new Promise<void>((resolve) => engine.listen(at("engine.sock"), resolve));
    mkdirSync(at("bin"));
    // An engine with one stand-in of an earlier day, and the real image of another name.
    writeFileSync(
      at("bin/docker"),
      `#!/bin/sh\necho "$*" >>'${at("asked")}'\ncase "$*" in *Labels*debian*) echo old ;; *Labels*node*) echo ;; *inspect*) exit 1 ;; esac\n`,
    );
    chmodSync(at("bin/docker"), 0o755);
  });
  after(async () => {
    await new Promise((resolve) => engine.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    writeFileSync(at("asked"), "");
    mkdirSync(at("cache/mirror"), { recursive: true });
    writeFileSync(at("cache/mirror/address"), "172.17.0.1:5000\n");
  });

  const script = (...args: string[]) => {
    const env = { ...process.env, PATH: `${at("bin")}:${process.env.PATH}`, DIND_MCP_DOCKER_SOCKET: at("engine.sock") };
    return run("bash", [SCRIPT, at("cache"), ...args], { env, timeout: 20_000 });
  };

  it("come from a registry that has them; stand-ins of an earlier day go, and nothing else", async () => {
    inRegistry = true;
    const checked = await script("--check");
    assert.deepEqual([checked.code, checked.stdout], [0, "base images come from the registry\n"]);
    assert.ok(existsSync(at("cache/mirror/address")), "a check changes nothing");
    assert.doesNotMatch(asked(), /rmi/);
    assert.equal((await script()).code, 0);
    assert.deepEqual(asked().match(/rmi.*/g), ["rmi debian:trixie-slim"]);
    assert.ok(!existsSync(at("cache/mirror/address")));
  });

  it("would be built where no registry has them, and a check says which", async () => {
    inRegistry = false;
    const { code, stdout } = await script("--check");
    assert.equal(code, 1);
    assert.match(stdout, /no registry gives debian:trixie-slim: would build stand-ins for debian:trixie-slim/);
    assert.doesNotMatch(asked(), /rmi|build|push/);
  });
});
