import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cargoProgram, cargoStage, crateInfo } from "../../../../../cli/add/built/cargo";
import { goProgram } from "../../../../../cli/add/built/go";
import { registryGivesImages } from "../../../../../cli/add/built/image";
import { draft } from "../../../../../cli/add/draft";
import type { LocalProgram } from "../../../../../cli/add/local/types";
import { optionWishes } from "../../../../../cli/add/options";
import { parseSource } from "../../../../../cli/add/source";

const GO = "go:example.com/me/tools/v2/cmd/weather";

describe("servers add: a program that is built from its source", () => {
  const drafted = (program: LocalProgram, wishes = optionWishes({})) => {
    const local = { name: "weather", program, files: { copies: [], leftOut: [] }, args: ["--utc"] };
    const { files } = draft(undefined, "a test", { user: 11_001, local, wishes });
    return { manifest: files["server.yaml"] ?? "", dockerfile: files.Dockerfile ?? "" };
  };

  it("is named with an exact version, or none for the newest", () => {
    assert.deepEqual(parseSource(`${GO}@v1.2.3`), { kind: "go", name: GO.slice(3), version: "v1.2.3" });
    assert.deepEqual(parseSource("cargo:weather-mcp@1.2.3"), { kind: "cargo", name: "weather-mcp", version: "1.2.3" });
    assert.deepEqual(parseSource("cargo:weather-mcp"), { kind: "cargo", name: "weather-mcp" });
    const pseudo = "v0.0.0-20260101000000-0123456789ab";
    assert.equal((parseSource(`${GO}@${pseudo}`) as { version: string }).version, pseudo);
    for (const bad of [
      "go:weather",
      "go:example.com/../x",
      "go:example.com/a b",
      "go:-x.y/z",
      "go:example.com/$(id)",
    ]) {
      assert.throws(() => parseSource(bad), /expected a package's name, like go:example\.com\//, bad);
    }
    for (const bad of ["cargo:a/b", "cargo:-x", "cargo:a;b", "cargo:"]) {
      assert.throws(() => parseSource(bad), /expected a package's name, like cargo:/, bad);
    }
    for (const bad of [
      `${GO}@latest`,
      `${GO}@main`,
      `${GO}@1.2.3`,
      "cargo:a@1.2",
      "cargo:a@^1.2.3",
      "cargo:a@1.2.3;x",
    ]) {
      assert.throws(() => parseSource(bad), /got the version .*expected an exact one/, bad);
    }
  });

  it("of Go is static, in an image without the compiler, under the name that every package's program has", () => {
    const { manifest, dockerfile } = drafted(goProgram({ kind: "go", name: GO.slice(3) }, "v2.1.0"));
    assert.match(manifest, /command:\n {4}- mcp-server\n {4}- --utc\n/);
    assert.match(manifest, /version: v2\.1\.0\n/);
    assert.match(dockerfile, /^ENV CGO_ENABLED=0 GOTOOLCHAIN=auto GOBIN=\/out$/m);
    assert.match(dockerfile, /^RUN go install .* example\.com\/me\/tools\/v2\/cmd\/weather@v2\.1\.0$/m);
    const last = dockerfile.slice(dockerfile.lastIndexOf("FROM "));
    assert.match(
      last,
      /^FROM debian:trixie-slim\n[\s\S]*COPY --from=build \/out\/\* \/usr\/local\/bin\/mcp-server\nUSER 11001:11001\n$/,
    );
    assert.doesNotMatch(last, /apt-get|golang/);
    assert.equal(goProgram({ kind: "go", name: "example.com/me/weather/v3" }, "v3.0.0").name, "weather");
  });

  it("has the user's Debian packages in its last stage, beside the program", () => {
    const { dockerfile } = drafted(
      goProgram({ kind: "go", name: GO.slice(3) }, "v2.1.0"),
      optionWishes({ apt: ["git"] }),
    );
    const at = dockerfile.indexOf(" git ");
    assert.ok(at > dockerfile.lastIndexOf("FROM "), dockerfile);
    assert.equal(dockerfile.indexOf(" git ", at + 1), -1);
  });

  it("that is a crate is built by its lock file; of several programs the user chooses", () => {
    const info = { version: "1.2.3", description: "Tells it" };
    const one = drafted(cargoProgram({ kind: "cargo", name: "weather" }, info));
    assert.match(one.dockerfile, /^RUN cargo install --root \/built --locked weather@1\.2\.3 \\\n.*ls "weather"/m);
    assert.match(one.manifest, /description: Tells it\n/);
    const chosen = cargoProgram({ kind: "cargo", name: "weather", program: "tide" }, info);
    assert.match(chosen.dockerfile?.join("\n") ?? "", /weather@1\.2\.3 --bin tide \\\n.*ls "tide"/);
  });

  it("that is a crate needs the Rust that it asks for, where there is an image of it", () => {
    const cache = mkdtempSync(join(tmpdir(), "dind-mcp-cache-"));
    const before = process.env.DIND_MCP_CACHE;
    const built = (rust?: string) => cargoStage({ install: "x", name: "x", rust });
    try {
      process.env.DIND_MCP_CACHE = cache;
      assert.equal(registryGivesImages(), true);
      assert.equal(built("1.80").dockerfile?.[0], "FROM rust:1.95-slim-trixie AS build");
      assert.equal(built("1.99.1").dockerfile?.[0], "FROM rust:1.99-slim-trixie AS build");
      assert.deepEqual(built("1.99").notes, []);
      mkdirSync(join(cache, "mirror"));
      writeFileSync(join(cache, "mirror/address"), "172.17.0.1:5000\n");
      assert.equal(registryGivesImages(), false);
      assert.match(
        built().dockerfile?.slice(0, 2).join("\n") ?? "",
        /^FROM debian:trixie-slim AS build\n.* cargo-web /,
      );
      assert.match(built("1.88").notes?.[0] ?? "", /Debian's Rust 1\.96$/);
      assert.match(built("1.99").notes?.[0] ?? "", /Debian's Rust 1\.96, and it asks for 1\.99: the build will fail/);
    } finally {
      if (before === undefined) delete process.env.DIND_MCP_CACHE;
      else process.env.DIND_MCP_CACHE = before;
      rmSync(cache, { recursive: true });
    }
  });

  it("that is a crate is what cargo says of it", () => {
    const source = { kind: "cargo", name: "weather" } as const;
    const said = (stdout: string, code = 0, stderr = "") => crateInfo(source, { code, stdout, stderr });
    const text =
      "weather #mcp\nTells it.\nAnd more.\nversion: 1.2.3 (latest 2.0.0)\nlicense: MIT\nrust-version: 1.88\n";
    assert.deepEqual(said(text), { version: "1.2.3", description: "Tells it. And more.", rust: "1.88" });
    assert.deepEqual(said("weather\nversion: 1.2.3\nrust-version: unknown\n"), { version: "1.2.3" });
    assert.equal(said("", 101, "error: no such command: `info`"), undefined);
    const none = "error: could not find `weather` in registry `crates-io`";
    assert.throws(
      () => said("", 101, none),
      /^CliError: cargo:weather: cargo does not find it: could not find `weather`/,
    );
    assert.throws(
      () => said("", 101, "error: failed to get\n\nCaused by:\n  x"),
      /cargo failed: error: failed to get$/,
    );
  });
});
