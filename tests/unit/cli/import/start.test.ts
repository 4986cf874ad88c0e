import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { originOf } from "../../../../cli/add/server-json";
import type { ClientServer } from "../../../../cli/import/client-server";
import { lentVariables } from "../../../../cli/import/folders";
import type { Start } from "../../../../cli/import/start";
import { understand } from "../../../../cli/import/understand";

describe("servers import: containers, programs and folders of the user's", () => {
  let home: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), "dind-mcp-start-")));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const put = (file: string, text = ""): string => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
    return join(home, file);
  };
  const read = (command: string, args: string[], more: Partial<ClientServer> = {}) =>
    understand({ command, args, env: {}, ...more }, { home, folder: home });
  const start = (command: string, ...args: string[]): Start => {
    const got = read(command, args);
    assert.ok("source" in got, JSON.stringify(got));
    return got;
  };
  const why = (command: string, ...args: string[]): string => {
    const got = read(command, args);
    return "why" in got ? got.why : assert.fail(JSON.stringify(got));
  };

  describe("docker run", () => {
    it("is an image with its variables, folders, volumes and arguments; the rest is noted", () => {
      mkdirSync(join(home, "code"));
      const got = start(
        ...(["docker", "run", "-i", "--rm", "--init", "-e", "TOKEN", "--env=MODE=fast", "-eA=b=c"] as const),
        ...["-v", `${join(home, "code")}:/projects:ro`, "-v", "notes:/data", "-p", "8080:80", "--network", "host"],
        ...["--mount", `type=bind,src=${join(home, "code")},dst=/more`, "--privileged", "-w", "/srv", "-m", "1g"],
        ...["ghcr.io/me/server:1.2", "--stdio", "-v"],
      );
      assert.deepEqual(got.source, { kind: "image", reference: "ghcr.io/me/server:1.2" });
      assert.deepEqual(got.env, { TOKEN: "", MODE: "fast", A: "b=c" });
      assert.deepEqual(got.folders, [
        { path: join(home, "code"), at: "/projects", readOnly: true },
        { path: join(home, "code"), at: "/more", readOnly: false },
      ]);
      assert.deepEqual(got.manifest, {
        storage: [{ name: "notes", path: "/data" }],
        transport: { arguments: ["--stdio", "-v"] },
        workdir: "/srv",
      });
      assert.deepEqual(
        got.notes?.map((text) => text.split(" was left out")[0]),
        [
          "the volume notes becomes a storage of its own at /data, and begins empty",
          "-p 8080:80",
          "--network host",
          "--privileged",
          "-m 1g",
        ],
      );
    });

    it("may have another program; docker container run and podman are the same", () => {
      for (const words of [
        ["docker", "container", "run"],
        ["podman", "run"],
      ]) {
        const [command = "", ...rest] = words;
        const got = start(command, ...rest, "-it", "--entrypoint", "/bin/serve", "docker.io/library/a:1", "-x");
        assert.deepEqual([got.source, got.args], [{ kind: "image", reference: "a:1" }, ["/bin/serve", "-x"]]);
      }
    });

    it("is refused where it wants the machine's Docker, a folder that is not there, or what nobody knows", () => {
      assert.match(
        why("docker", "run", "-v", "/var/run/docker.sock:/var/run/docker.sock", "a:1"),
        /the socket of this machine's Docker/,
      );
      assert.match(why("docker", "run", "-v", "/not/here:/x", "a:1"), /its volume \/not\/here is not there/);
      assert.match(why("docker", "run", "--new-option", "x", "a:1"), /the option --new-option of docker/);
      assert.match(why("docker", "run", "-i"), /names no image/);
      assert.match(why("docker", "run", "$(touch x)"), /names no image/);
    });
  });

  describe("a program of the user's", () => {
    it("is its script alone, or the project that the script belongs to", async () => {
      const alone = put("one/notes.mjs", 'import x from "node:fs"');
      const project = put("two/src/server.js", "");
      put("two/package.json", '{"name": "two"}');
      put("three/lib.py");
      const beside = put("three/tool.py", "import lib\n");
      const local = (path: string, script: string, more = {}) => ({ kind: "local", path, start: { ...more, script } });
      assert.deepEqual(start("node", "--no-warnings", alone, "--fast").source, local(alone, "notes.mjs"));
      const modules = start("node", "--experimental-vm-modules", alone);
      assert.deepEqual(modules.source, local(alone, "notes.mjs"));
      assert.deepEqual(start(execPath, project).source, local(join(home, "two"), "src/server.js"));
      assert.deepEqual(start("python3.12", "-u", beside).source, local(join(home, "three"), "tool.py"));
      assert.deepEqual(
        start("python3", "-X", "dev", "-W", "error", beside).source,
        local(join(home, "three"), "tool.py"),
      );
      assert.deepEqual(
        start("npx", "-y", "tsx", "two/src/server.js").source,
        local(join(home, "two"), "src/server.js"),
      );
      assert.deepEqual(start("bun", "run", alone).source, local(alone, "notes.mjs", { program: ["bun", "run"] }));
      const { local: made } = await originOf(start("deno", "run", "--allow-read=/x", "-A", alone, "--fast").source, {
        args: [],
      });
      assert.deepEqual(made?.program.command, [
        "deno",
        "run",
        "--allow-all",
        "--no-prompt",
        "--cached-only",
        "/app/notes.mjs",
      ]);
      assert.ok(made?.program.dockerfile?.includes('RUN ["deno","cache","/app/notes.mjs"]'));
    });

    it("may be started by uv, with what it needs", async () => {
      put("weather/pyproject.toml", '[project]\nname = "weather"\ndependencies = ["mcp[cli]>=1.2", "httpx"]\n');
      put("weather/weather.py", "");
      const built = async (...args: string[]) => {
        const one = start("uv", ...args);
        return (await originOf(one.source, { args: one.args })).local?.program;
      };
      const folder = join(home, "weather");
      const project = await built("--directory", folder, "run", "weather.py");
      assert.deepEqual(project?.command, ["python", "/app/weather.py"]);
      assert.match(project?.dockerfile?.at(-1) ?? "", /pip install .* "mcp\[cli\]>=1\.2" "httpx"$/);
      const script = put("alone/server.py", "from mcp.server.fastmcp import FastMCP\n");
      const installed = await built("run", "--with", "mcp[cli]", "mcp", "run", script);
      assert.deepEqual(installed?.command, ["mcp", "run", "/app/server.py"]);
      assert.match(installed?.dockerfile?.at(-1) ?? "", /pip install .* "mcp\[cli\]"$/);
      put("tide/pyproject.toml", '[project]\nname = "t"\n[project.scripts]\ntide = "t:main"\nother = "t:x"\n');
      assert.deepEqual((await built("run", "--project", join(home, "tide"), "other"))?.command, ["other"]);
      await assert.rejects(
        built("run", "--project", join(home, "tide"), "none"),
        /project\.scripts: got no program "none"/,
      );
      await assert.rejects(built("run", "--with", 'x"; reboot', script), /expected a package of PyPI/);
    });

    it("keeps what lies in its own folder, and gets other folders lent", () => {
      const script = put("one/server.mjs", 'import "./lib.mjs"');
      put("one/config.json");
      mkdirSync(join(home, "data"));
      const got = start("node", script, "--config", join(home, "one/config.json"), `--root=${join(home, "data")}`);
      assert.deepEqual(got.args, ["--config", "/app/config.json", "--root=/folders/data"]);
      assert.deepEqual(got.folders, [{ path: join(home, "data"), at: "/folders/data" }]);
    });

    it("is refused when its file is a link, a pipe's place, no script, or not there", () => {
      symlinkSync(put("private.txt", "SECRET"), join(home, "evil.py"));
      assert.match(why("python", join(home, "evil.py")), /is a link/);
      mkdirSync(join(home, "folder.js"));
      assert.match(why("node", join(home, "folder.js")), /no plain file/);
      assert.match(why("node", "/etc/passwd"), /names no script/);
      assert.match(why("node", "../../../../../../../etc/none.js"), /\/etc\/none\.js is not there/);
      assert.match(why("node", "$(touch pwned).js"), /is not there/);
      put("huge.js", "x".repeat(2 ** 20 + 1));
      assert.match(why("node", "huge.js"), /more than 1 MiB/);
    });
  });

  describe("folders that arguments and variables name", () => {
    it("are at their own path, a file by the folder it is in, the inner of two with the outer one", () => {
      mkdirSync(join(home, "a/b"), { recursive: true });
      put("a/notes.db");
      const got = start(
        "npx",
        "-y",
        "x",
        join(home, "a"),
        join(home, "a/b"),
        `--db=${join(home, "a/notes.db")}`,
        "~/a",
        "plain",
      );
      assert.deepEqual(got.args, ["/folders/a", "/folders/a/b", "--db=/folders/a/notes.db", "/folders/a", "plain"]);
      assert.deepEqual(got.folders, [{ path: join(home, "a"), at: "/folders/a" }]);
      const { env, folders, places } = lentVariables({ ROOT: "~/a/b", KEY: "/not/here", MODE: "x" }, [], { home });
      assert.deepEqual(env, { ROOT: "/folders/b", KEY: "/not/here", MODE: "x" });
      assert.deepEqual([folders, places], [[{ path: join(home, "a/b"), at: "/folders/b" }], ["ROOT"]]);
      assert.match(why("npx", "-y", "x", join(home, "a/b"), join(home, "a")), /name the outer one first/);
    });

    it("by links are the folders that these lead to", () => {
      mkdirSync(join(home, "real"));
      symlinkSync(join(home, "real"), join(home, "link"));
      assert.deepEqual(start("npx", "-y", "x", join(home, "link")).folders, [
        { path: join(home, "real"), at: "/folders/real" },
      ]);
    });
  });
});
