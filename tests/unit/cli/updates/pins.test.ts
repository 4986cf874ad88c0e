import assert from "node:assert/strict";
import { dockerfilePins } from "../../../../cli/updates/dockerfile";
import { imagePin, registryOf } from "../../../../cli/updates/image-name";
import { pinsOf } from "../../../../cli/updates/pins";
import { packageDockerfile } from "../../../../manifest/server-json/dockerfile";

const DIGEST = `sha256:${"a".repeat(64)}`;
const COMMIT = "1".repeat(40);

/** What a server's folder pins, as `KIND NAME HAVE`. */
function pinned(document: unknown, files: Record<string, string> = {}, manifest = ""): string[] {
  const entry = { folder: "/c/weather", file: "server.yaml", document, exists: () => true };
  const pins = pinsOf(entry, manifest, (path) => files[path.replace("/c/weather/", "")]);
  return pins.map(({ kind, name, have, digest, base }) => {
    return [base ? "base" : kind, name, have, digest].filter(Boolean).join(" ");
  });
}

describe("updates: what a folder pins", () => {
  it("is what `servers add` wrote into its Dockerfile", () => {
    const npm = { identifier: "@me/weather", version: "1.2.3", user: 11001, also: [{ name: "tide", extras: [] }] };
    const text = packageDockerfile("npm", { ...npm, also: [{ name: "tide", extras: [], version: "2.0.0" }] });
    const build = { build: { context: "." } };
    const node = "base node 24-trixie-slim";
    assert.deepEqual(pinned(build, { Dockerfile: text }), [node, "npm @me/weather 1.2.3", "npm tide 2.0.0"]);
    const open = packageDockerfile("npm", npm);
    assert.deepEqual(pinned(build, { Dockerfile: open }), [node, "npm @me/weather 1.2.3"]);
    const pypi = packageDockerfile("pypi", { ...npm, identifier: "suite", extras: ["mcp"], fromSource: ["tide"] });
    assert.deepEqual(pinned(build, { Dockerfile: pypi }), ["base python 3.13-slim-trixie", "pypi suite 1.2.3"]);
    const wheels = packageDockerfile("pypi", { ...npm, identifier: "suite", also: [] });
    assert.deepEqual(pinned(build, { Dockerfile: wheels }).slice(1), ["pypi suite 1.2.3"]);
  });

  it("is what Go and cargo install", () => {
    const pins = dockerfilePins(
      [
        "FROM golang:1.26 AS build",
        "RUN mkdir /out \\",
        '# between\n && go install -trimpath -ldflags="-s -w" example.com/me/tools/cmd/weather@v1.2.3',
        "RUN cargo install --root /built --locked weather@0.4.0 && echo done@1.0.0",
        "FROM scratch",
      ].join("\n"),
    );
    assert.deepEqual(
      pins.map(({ kind, name, have }) => `${kind} ${name} ${have}`),
      ["image golang 1.26", "go example.com/me/tools/cmd/weather v1.2.3", "cargo weather 0.4.0"],
    );
  });

  it("is the same with the line ends of Windows", () => {
    const text = "FROM node:24\r\nRUN mkdir /out \\\r\n && npm install -g weather@1.2.3\r\n";
    const pins = dockerfilePins(text).map(({ name, have }) => `${name} ${have}`);
    assert.deepEqual(pins, ["node 24", "weather 1.2.3"]);
  });

  it("is what package.json and requirements.in ask for, not all that the lock files hold", () => {
    const files = {
      "package.json": JSON.stringify({ dependencies: { a: "^1.0.0", b: "2.0.0", open: "^3.0.0" } }),
      "package-lock.json": JSON.stringify({
        packages: { "node_modules/a": { version: "1.4.0" }, "node_modules/x": {} },
      }),
      "requirements.in": "# asked\nfetch==2026.10.24 ; python_version > '3'\nopen>=2\nsuite[mcp]==1.0",
      "requirements.txt": "anyio==4.16.0 \\\n    --hash=sha256:12",
    };
    assert.deepEqual(pinned({ build: {} }, files), [
      "npm a 1.4.0",
      "npm b 2.0.0",
      "pypi fetch 2026.10.24",
      "pypi suite 1.0",
    ]);
    const { "requirements.in": _, ...without } = files;
    assert.deepEqual(pinned({ build: {} }, without).slice(2), ["pypi anyio 4.16.0"]);
  });

  it("of a repository is its commit, and the image it is built on", () => {
    const files = {
      "tools/Dockerfile.mcp": "FROM debian:trixie-slim",
      "tools/package.json": '{"dependencies":{"a":"1.0.0"}}',
    };
    const document = { build: { context: "tools", dockerfile: "Dockerfile.mcp" } };
    const from = `# weather: made by \`servers add\` from git+https://example.com/me/weather#${COMMIT}&subdirectory=x.\n`;
    assert.deepEqual(pinned(document, files, from), [
      `git https://example.com/me/weather ${COMMIT}`,
      "base debian trixie-slim",
    ]);
    const other = "# weather: made by `servers add` from git+nothing.\n";
    assert.deepEqual(pinned(document, files, other), ["npm a 1.0.0", "base debian trixie-slim"]);
  });

  it("is the image itself, and those of companions; of a remote server nothing", () => {
    const image = `ghcr.example/me/greeter:2.0.0@${DIGEST}`;
    const services = [
      { name: "redis", image: "redis:8" },
      { name: "same", image: "redis:8" },
      { build: { context: "db" } },
    ];
    assert.deepEqual(pinned({ image, services }, { "db/Dockerfile": "FROM postgres:18" }), [
      `image ghcr.example/me/greeter 2.0.0 ${DIGEST}`,
      "image redis 8",
      "base postgres 18",
    ]);
    assert.deepEqual(pinned({ transport: { type: "remote" }, url: "https://example.com/mcp" }), []);
    assert.deepEqual(pinned("no mapping"), []);
  });

  it("of a Dockerfile knows stages, arguments and what is copied from images", () => {
    const text = [
      "ARG BASE=debian:trixie-slim\nARG OTHER\nARG TAG=1",
      ["FROM --platform=linux/amd64 $", "{BASE} AS Build"].join(""),
      "COPY --from=ghcr.example/uv:0.9 /uv /bin/",
      "FROM build\nCOPY --chown=1 --from=build /a /\nFROM me/x:$TAG\nFROM $OTHER",
    ].join("\n");
    const names = dockerfilePins(text, { TAG: "2" }).map(({ name, have }) => `${name}:${have}`);
    assert.deepEqual(names, ["debian:trixie-slim", "ghcr.example/uv:0.9", "me/x:2", "$OTHER:latest"]);
  });
});

describe("updates: an image's name", () => {
  it("has a registry only where it begins with one", () => {
    assert.equal(registryOf("node"), undefined);
    assert.equal(registryOf("me/weather"), undefined);
    assert.deepEqual(registryOf("127.0.0.1:5000/a/b"), { host: "127.0.0.1:5000", repository: "a/b" });
    assert.deepEqual(registryOf("localhost/a"), { host: "localhost", repository: "a" });
    assert.equal(imagePin("127.0.0.1:5000/a").have, "latest");
    assert.deepEqual(imagePin(`a@${DIGEST}`), { kind: "image", name: "a", have: "", digest: DIGEST });
  });
});
