import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { draft } from "../../../../../cli/add/draft";
import { localServer } from "../../../../../cli/add/local/local-server";
import { parseSource } from "../../../../../cli/add/source";
import { writeFolder } from "../../../../../cli/add/write";

describe("servers add: a folder or script of the user's", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-local-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Files of a folder, by their paths. */
  const own = (name: string, files: Record<string, string>): string => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true });
      writeFileSync(join(folder, name, file), text);
    }
    return join(folder, name);
  };
  const drafted = (path: string, ...args: string[]) => {
    const local = localServer(path, { args });
    const made = draft(undefined, path, { user: 11_001, local });
    return { ...made, manifest: made.files["server.yaml"] ?? "", dockerfile: made.files.Dockerfile ?? "" };
  };

  it("is known from a server.json by what it is", () => {
    const script = join(own("a", { "server.py": "" }), "server.py");
    assert.deepEqual(parseSource(script), { kind: "local", path: script });
    assert.deepEqual(parseSource(join(folder, "a")), { kind: "local", path: join(folder, "a") });
    const document = join(own("b", { "server.json": "{}" }), "server.json");
    assert.deepEqual(parseSource(document), { kind: "document", from: document });
  });

  it("is a script with the dependencies that it names itself", () => {
    const text = '# /// script\n# dependencies = ["mcp>=1.2,<2", "httpx[http2]"]\n# ///\nprint(1)\n';
    const { name, manifest, dockerfile } = drafted(
      join(own("a", { "weather_mcp.py": text }), "weather_mcp.py"),
      "--utc",
    );
    assert.equal(name, "weather");
    assert.match(manifest, /command:\n {4}- python\n {4}- \/app\/weather_mcp\.py\n {4}- --utc\n/);
    assert.match(dockerfile, /^RUN pip install .* "mcp>=1\.2,<2" "httpx\[http2\]"$/m);
    assert.match(dockerfile, /\nUSER 11001:11001\n$/);
    const hostile = '# /// script\n# dependencies = ["a\\"; reboot; \\""]\n# ///\n';
    assert.throws(
      () => drafted(join(own("b", { "x.py": hostile }), "x.py")),
      /x\.py: dependencies: got .*reboot.*, expected a requirement/,
    );
  });

  it("is a package of Node or a project of Python, built and started as its own files say", () => {
    const node = { name: "@me/weather-mcp", version: "1.2.3", description: "Tells it", bin: "dist/cli.js" };
    const typed = own("node", {
      "package.json": JSON.stringify({ ...node, scripts: { build: "tsc" } }),
      "package-lock.json": "{}",
      "src/cli.ts": "",
      "node_modules/x/index.js": "",
      ".git/config": "",
    });
    const package_ = drafted(typed);
    assert.equal(package_.name, "weather");
    assert.match(package_.manifest, /description: Tells it\nversion: 1\.2\.3\n/);
    assert.match(package_.manifest, /- node\n {4}- \/app\/dist\/cli\.js\n/);
    assert.match(package_.dockerfile, /RUN npm ci --ignore-scripts[\s\S]*COPY \. \.\nRUN npm run build && npm prune/);
    assert.deepEqual(
      package_.copies.map(({ to }) => to),
      ["package-lock.json", "package.json", "src/cli.ts"],
    );
    const project = '[project]\nname = "tide"\nversion = "2.0"\n[project.scripts]\nother = "a:b"\ntide = "tide:main"\n';
    const python = drafted(own("python", { "pyproject.toml": project, "tide.py": "" }));
    assert.match(python.manifest, /- tide\n/);
    assert.match(python.dockerfile, /^RUN pip install .* \.$/m);
    const plain = drafted(own("plain", { "requirements.txt": "mcp", "server.py": "", "helper.py": "" }));
    assert.match(plain.manifest, /- \/app\/server\.py\n/);
    assert.match(plain.dockerfile, /-r requirements\.txt/);
  });

  it("is read as editors on Windows write it: with a byte order mark, with CRLF", () => {
    const windows = (text: string): string => `\uFEFF${text.replaceAll("\n", "\r\n")}`;
    const script = windows('# /// script\n# dependencies = ["mcp==1.2"]\n# ///\nprint(1)\n');
    assert.match(drafted(join(own("a", { "x.py": script }), "x.py")).dockerfile, /^RUN pip install .* "mcp==1\.2"$/m);
    const node = own("b", { "package.json": windows('{\n"name": "x",\n"main": "m.js"\n}\n'), "m.js": "" });
    assert.match(drafted(node).manifest, /- \/app\/m\.js\n/);
    const python = own("c", { "pyproject.toml": windows('[project]\nname = "y"\nscripts = { y-mcp = "y:main" }\n') });
    assert.match(drafted(python).manifest, /- y-mcp\n/);
    const go = own("d", { "go.mod": windows("module example.com/z\n"), "main.go": windows("package main\n") });
    assert.match(drafted(go).dockerfile, /go build .* -o \/out\/ \.$/m);
    const cargo = own("e", { "Cargo.toml": windows('[package]\nname = "w"\n'), "src/main.rs": "" });
    assert.match(drafted(cargo).dockerfile, /cargo install/);
  });

  it("keeps a Dockerfile of its own, and its entry point", () => {
    const { manifest, dockerfile, copies } = drafted(
      own("a", { Dockerfile: "FROM scratch\n", ".dockerignore": "tmp" }),
    );
    assert.match(manifest, /command: \[\]/);
    assert.equal(dockerfile, "");
    assert.deepEqual(
      copies.map(({ to }) => to),
      ["Dockerfile"],
    );
  });

  it("leaves behind what holds secrets, and what leads elsewhere; and says so", () => {
    const path = own("a", {
      "server.py": "",
      ".env": "A=1",
      ".env.local": "",
      "certs/tls.key": "",
      id_rsa: "",
      "notes.md": "",
    });
    symlinkSync("/etc/passwd", join(path, "users"));
    const { files } = localServer(path, { args: [] });
    assert.deepEqual(
      files.copies.map(({ to }) => to),
      ["notes.md", "server.py"],
    );
    assert.deepEqual(
      files.leftOut.map((line) => line.split(" ")[0]),
      [".env", ".env.local", "certs/tls.key", "id_rsa", "users"],
    );
    const { files: texts, copies } = drafted(path);
    const target = join(folder, "made");
    writeFolder(target, texts, false, copies);
    assert.deepEqual(readdirSync(target).sort(), [
      ".dockerignore",
      "Dockerfile",
      "notes.md",
      "server.py",
      "server.yaml",
    ]);
    assert.match(readFileSync(join(target, ".dockerignore"), "utf8"), /server\.yaml/);
  });

  it("is refused when nothing tells how it starts, it is a server's folder, or far too much", () => {
    assert.throws(
      () => drafted(own("a", { "notes.md": "" })),
      /got nothing that says how it starts, expected a Dockerfile/,
    );
    assert.throws(() => drafted(own("b", { "a.py": "", "b.py": "" })), /got nothing that says how it starts/);
    assert.throws(() => drafted(own("c", { "server.yaml": "" })), /it is a server's already/);
    assert.throws(() => drafted(own("d", { "package.json": "[" })), /package\.json: got no JSON/);
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`f${index}`, ""]));
    assert.throws(() => drafted(own("e", many)), /got 2001 files and 0 MiB, and more, expected at most 2000 files/);
  });
});
