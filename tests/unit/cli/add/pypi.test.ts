import assert from "node:assert/strict";
import { draft } from "../../../../cli/add/draft";
import { checkChoices } from "../../../../cli/add/options";
import { pipInfo } from "../../../../cli/add/pip";
import { newestSource } from "../../../../cli/add/pypi-source";
import { packageJson, programIn } from "../../../../cli/add/server-json";
import { type PackageSource, parseSource } from "../../../../cli/add/source";

/** What pip's log says of files that are no wheels. */
const skipped = (file: string, wants = ""): string => {
  const link = `https://files.example/packages/${file} (from https://index.example/simple/tide-tools/)`;
  return `2026-11-30T15:49:12,906   Skipping link: No sources permitted for tide-tools: ${link}${wants && ` (requires-python:${wants})`}`;
};
const LOG = [
  "Getting page https://index.example/simple/tide-tools/",
  skipped("tide_tools-1.9.tar.gz"),
  skipped("tide_tools-1.10.tar.gz", ">=3.8"),
  skipped("tide_tools-2.0rc1.tar.gz"),
  skipped("tide_tools-3.0.tar.gz", ">=3.99"),
  skipped("tide_tools_more-9.0.tar.gz"),
].join("\n");

describe("servers add: a package of PyPI", () => {
  const dockerfile = (source: string, more: Parameters<typeof packageJson>[3] = {}): string => {
    const document = packageJson(parseSource(source) as PackageSource, { version: "1.2" }, [], more);
    return draft(document, source, { user: 11_001 }).files.Dockerfile ?? "";
  };

  it("may have extras", () => {
    const tide = { kind: "pypi", name: "tide-tools", extras: ["mcp", "cli"] };
    assert.deepEqual(parseSource("pypi:tide-tools[mcp, cli]"), tide);
    assert.deepEqual(parseSource("pypi:tide-tools[mcp,cli]==1.2"), { ...tide, version: "1.2" });
    assert.match(dockerfile("pypi:tide-tools[mcp,cli]"), /^RUN pip install .* "tide-tools\[mcp,cli\]==1\.2" \\$/m);
    for (const bad of ["pypi:a[", "pypi:a[]", "pypi:a[b;c]", "pypi:a[-r]", "npm:a[b]"]) {
      assert.throws(() => parseSource(bad), /expected a package's name/, bad);
    }
  });

  it("whose program has another name starts that; of several the user chooses", () => {
    const source: PackageSource = { kind: "pypi", name: "tide-tools" };
    const chosen = (programs: string[] | undefined, wanted?: string) =>
      programIn(source, { version: "1", ...(programs ? { programs } : {}) }, wanted);
    assert.equal(chosen(["tide"]), undefined, "the image takes the only one by itself");
    assert.equal(chosen(["other", "tide-tools"]), undefined);
    assert.equal(chosen(["other", "tide_tools"]), "tide_tools", "for pip both are one name");
    assert.equal(chosen(["other", "tide"], "tide"), "tide");
    assert.equal(chosen(undefined, "tide"), "tide");
    assert.throws(() => chosen(["other", "tide"]), {
      message: "pypi:tide-tools: got 2 programs, expected one of other, tide",
      fix: "--program other, or another of them",
    });
    assert.throws(() => chosen(["other"], "tide"), /got no program "tide", expected one of other/);
    assert.throws(() => chosen([]), /got a package without a program/);
    const text = dockerfile("pypi:tide-tools[mcp]", { program: "tide", beside: ["mcp==1.0"] });
    assert.match(text, /"tide-tools\[mcp\]==1\.2" "mcp==1\.0" \\\n && if ! test -x "\/usr\/local\/bin\/tide";/);
    const npm = draft(
      packageJson({ kind: "npm", name: "@me/tide" }, { version: "1.2.3" }, ["--utc"], { program: "tide-mcp" }),
      "a test",
      { user: 11_001 },
    );
    assert.match(npm.files.Dockerfile ?? "", /"@me\/tide@1\.2\.3" \\\n.*\.bin\/tide-mcp".*\n && program="tide-mcp"/);
    assert.match(npm.files["server.yaml"] ?? "", /- mcp-server\n {4}- --utc\n/);
  });

  it("without a wheel is its newest release that fits the image's Python", () => {
    assert.deepEqual(newestSource(LOG, "Tide.Tools", "3.13"), { file: "tide_tools-1.10.tar.gz", version: "1.10" });
    assert.equal(newestSource(LOG, "tide-tools", "3.13", "2.0rc1")?.version, "2.0rc1");
    assert.equal(newestSource(LOG, "tide-tools", "3.13", "3.0"), undefined);
    assert.equal(newestSource(LOG, "tide-tools", "3.13", "9.0"), undefined);
    const said = (source: PackageSource) => {
      const stderr = "ERROR: No matching distribution found for tide-tools";
      return pipInfo(source, { code: 1, stdout: "", stderr }, LOG);
    };
    assert.deepEqual(said({ kind: "pypi", name: "tide-tools" }), {
      version: "1.10",
      file: "tide_tools-1.10.tar.gz",
      fromSource: true,
    });
    assert.throws(() => said({ kind: "pypi", name: "tide-tools", version: "9.9" }), /==9\.9: pip does not find it/);
  });

  it("without a wheel is built in a stage of its own, which alone has a compiler", () => {
    const text = dockerfile("pypi:tide-tools", { fromSource: ["tide-tools", "Proxy.tools"] });
    const [build = "", last = ""] = text.split(/\n(?=FROM )/);
    assert.match(build, /^FROM python:3\.13-slim-trixie AS build\n.* gcc libc6-dev\n/);
    assert.match(build, /pip wheel .*--only-binary :all: --no-binary tide-tools,Proxy\.tools "tide-tools==1\.2" \\\n/);
    assert.match(build, /-iname "tide\[-_\.\]tools-\*\.whl" -o -iname "proxy\[-_\.\]tools-\*\.whl"/);
    assert.match(last, /^FROM python:3\.13-slim-trixie\nCOPY --from=build \/wheels \/wheels\n/);
    assert.match(last, /pip install .*--only-binary :all: --find-links \/wheels "tide-tools==1\.2"/);
    assert.doesNotMatch(last, /gcc/);
  });

  it("has no choices that are for other sources, nor names that a shell would take for more", () => {
    const refused = (source: string, options: Parameters<typeof checkChoices>[1], expected: RegExp): void =>
      assert.throws(() => checkChoices(parseSource(source), options), expected, source);
    checkChoices(parseSource("pypi:a"), { program: "b.c", fromSource: ["d-e"] });
    refused("npm:a", { package: "npm" }, /--package: got "npm", expected none but with a server\.json/);
    refused("npm:a", { program: "a;b" }, /--program: got "a;b", expected a program's name/);
    refused("-", { program: "a" }, /--program: got "a", expected none: an image and a server\.json say it/);
    refused("npm:a", { fromSource: ["b"] }, /--from-source: got "b", expected none but with a package of PyPI/);
    refused("pypi:a", { fromSource: ["b", "-r x"] }, /--from-source: got "-r x", expected a package of PyPI/);
  });
});
