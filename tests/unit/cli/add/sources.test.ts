import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../../../../cli/add/ask";
import { readDocument } from "../../../../cli/add/document";
import { download, shownSource } from "../../../../cli/add/download";
import { ageOf } from "../../../../cli/add/known";
import { npmInfo } from "../../../../cli/add/npm";
import { pipInfo } from "../../../../cli/add/pip";
import { imageJson, originOf, packageJson } from "../../../../cli/add/server-json";
import { type PackageSource, parseSource } from "../../../../cli/add/source";
import { CliError, ExitCode } from "../../../../cli/errors";
import { LIMIT_BYTES } from "../../../../lib/download";
import { serverJsonSchema } from "../../../../manifest/server-json";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Expects a CliError with this text in message or fix. */
function says(text: RegExp, code: ExitCode = ExitCode.Usage): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof CliError, String(error));
    assert.match(`${error.message}\n${error.fix ?? ""}`, text);
    assert.equal(error.code, code);
    return true;
  };
}

describe("servers add: a source", () => {
  it("is a package with or without a version, an image by its digest, or a document", () => {
    const parsed = (text: string) => parseSource(text);
    assert.deepEqual(parsed("npm:@a/b@1.2.3-rc.1"), { kind: "npm", name: "@a/b", version: "1.2.3-rc.1" });
    assert.deepEqual(parsed("npm:@a/b"), { kind: "npm", name: "@a/b" });
    assert.deepEqual(parsed("npm:b@1.2.3"), { kind: "npm", name: "b", version: "1.2.3" });
    for (const text of ["pypi:a.b-c==1.2", "pypi:a.b-c@1.2"]) {
      assert.deepEqual(parsed(text), { kind: "pypi", name: "a.b-c", version: "1.2" });
    }
    assert.deepEqual(parsed(`image:r.example/a/b:1@${DIGEST}`), {
      kind: "image",
      reference: `r.example/a/b:1@${DIGEST}`,
    });
    for (const from of ["-", "./server.json", "https://example.com/server.json"]) {
      assert.deepEqual(parsed(from), { kind: "document", from });
    }
  });

  it("is refused when it is a range, a tag, no name, or a command", () => {
    const refused = (text: string, expected: RegExp) => assert.throws(() => parseSource(text), says(expected), text);
    for (const version of ["latest", "^1.2.3", "1.2", "1.x", "1.2.3 || 2", '1.2.3"; x', "1.2.3\n"]) {
      refused(`npm:a@${version}`, /got the version .*expected an exact one like 1\.2\.3, or none for the newest/);
    }
    for (const version of [">=1", "1.*", "1.2 ; x", "$(x)"]) refused(`pypi:a==${version}`, /expected an exact one/);
    for (const name of ["", "../a", "a b", "--registry=x", "A;b", "@a", "a/b/c"]) {
      refused(`npm:${name}`, /expected a package's name, like npm:@scope/);
    }
    for (const name of ["", "-r", "a/b", "a`x`"]) refused(`pypi:${name}`, /expected a package's name, like pypi:/);
    refused("image:a/b:1.2", /no digest.*\n.*imagetools inspect a\/b:1\.2 /);
    refused("image:a@sha256:12", /no digest/);
    refused("image:$(x)", /imagetools inspect NAME:TAG /);
  });
});

describe("servers add: what a package manager says", () => {
  const npm: PackageSource = { kind: "npm", name: "a" };
  const pypi: PackageSource = { kind: "pypi", name: "a", version: "9.9" };
  const answer = (value: unknown, code?: number, stderr = ""): Answer => ({
    code,
    stdout: JSON.stringify(value),
    stderr,
  });

  it("is the version and a description", () => {
    const view = { version: "1.2.3", description: "d", bin: { a: "a.js" } };
    assert.equal(npmInfo(npm, answer({ ...view, mcpName: "io.a/b" }, 0))?.mcpName, "io.a/b");
    assert.deepEqual(npmInfo(npm, answer(view, 0)), { version: "1.2.3", description: "d", programs: ["a"] });
    const old = { ...view, deprecated: "use b\n instead" };
    assert.equal(npmInfo(npm, answer(old, 0))?.warning, "deprecated: use b instead");
    const report = { install: [{ metadata: { version: "1.2", summary: "s" } }] };
    assert.deepEqual(pipInfo(pypi, answer(report, 0)), { version: "1.2", description: "s" });
    const readme = "# Tide\n<!-- mcp-name: io.example.me/tide -->\n";
    const named = { install: [{ metadata: { version: "1.2", description: readme } }] };
    assert.equal(pipInfo(pypi, answer(named, 0))?.mcpName, "io.example.me/tide");
    const yanked = { install: [{ is_yanked: true, metadata: { version: "1.2" } }] };
    assert.equal(pipInfo(pypi, answer(yanked, 0))?.warning, "yanked by its publisher");
  });

  it("is how old the version is, where the registry tells", () => {
    const view = {
      version: "1.2.3",
      bin: "a.js",
      time: { "1.2.2": "2020-01-01", "1.2.3": "2026-01-02T03:04:05.000Z" },
    };
    const published = npmInfo(npm, answer(view, 0))?.published;
    assert.equal(published?.toISOString(), "2026-01-02T03:04:05.000Z");
    assert.equal(npmInfo(npm, answer({ ...view, time: { "1.2.3": "?" } }, 0))?.published, undefined);
    const told = (now: string): string => ageOf(new Date("2026-01-02T03:04:05Z"), new Date(now));
    assert.equal(told("2026-01-02T09:00:00Z"), "2026-01-02, today");
    assert.equal(told("2026-06-02T09:00:00Z"), "2026-01-02, 151 days ago");
    assert.equal(told("2029-06-02T09:00:00Z"), "2026-01-02, 3 years ago; does anybody look after it?");
  });

  it("is refused when the image's Python is not one that the package asks for", () => {
    const report = (requires_python: string) =>
      answer({ install: [{ metadata: { version: "2.0", requires_python } }] }, 0);
    for (const fits of ["", ">=3.10", ">=3.12,<4.0", "~=3.9", "==3.13.*", "!=3.12.*", ">3.12", "<=3.14", "odd"]) {
      assert.equal(pipInfo(pypi, report(fits))?.version, "2.0", fits);
    }
    for (const unfit of [
      ">=3.14",
      "<3.13",
      "<=3.13",
      "<=3.12",
      "~=3.9.1",
      "==3.12.*",
      "!=3.13.*",
      ">=3.10, <3.13",
      ">3.13.99",
    ]) {
      const expected = /got version 2\.0, which wants Python .*, expected one for Python 3\.13\n.*pypi:a==VERSION/;
      assert.throws(() => pipInfo(pypi, report(unfit)), says(expected), unfit);
    }
  });

  it("may be that there is no such package, nothing to run in it, no answer, or no such tool", () => {
    const missing = (code: string) => answer({ error: { code, summary: "No match found for version 9.9.9" } }, 1);
    for (const code of ["E404", "ETARGET"]) {
      assert.throws(
        () => npmInfo({ ...npm, version: "9.9.9" }, missing(code)),
        says(/^npm:a@9\.9\.9: npm does not find it: No match/),
      );
    }
    assert.throws(() => npmInfo(npm, missing("ECONNREFUSED")), says(/npm failed: No match/, ExitCode.Failed));
    assert.throws(
      () =>
        npmInfo(npm, { code: 1, stdout: "", stderr: "a\nnpm error code E1\nnpm error b\nnpm error A log is there" }),
      says(/npm failed: npm error b$/m, ExitCode.Failed),
    );
    assert.throws(() => npmInfo(npm, answer({ version: "1.2.3" }, 0)), says(/a package without a program/));
    const none = "ERROR: No matching distribution found for a==9.9";
    assert.throws(
      () => pipInfo(pypi, answer({}, 1, none)),
      says(/^pypi:a==9\.9: pip does not find it: .*version for Python 3/),
    );
    assert.throws(
      () => pipInfo(pypi, answer({}, 1, `WARNING: Retrying after connection broken by 'x'\n${none}`)),
      says(/pip failed: WARNING: .* connection broken by 'x'/, ExitCode.Failed),
    );
    const first = "x\nERROR: Packages require another one:\n'>=3.13' (required by a 0.1.0)";
    assert.throws(
      () => pipInfo(pypi, answer({}, 1, first)),
      says(/pip failed: ERROR: Packages require/, ExitCode.Failed),
    );
    assert.throws(() => pipInfo(pypi, answer({}, 1, "x\nERROR: y")), says(/pip failed: ERROR: y/, ExitCode.Failed));
    assert.equal(npmInfo(npm, answer({})), undefined);
    assert.equal(pipInfo(pypi, answer({})), undefined);
    assert.equal(pipInfo(pypi, answer({}, 1, "/usr/bin/python3: No module named pip")), undefined);
  });

  it("becomes a server.json, as an image does", () => {
    const names = [
      "@modelcontextprotocol/server-everything",
      "mcp-server-time",
      "@a/weather-mcp",
      "mcp",
      "server",
      "@a/mcp-server",
    ];
    const short = names.map(
      (name) => serverJsonSchema.parse(packageJson({ ...npm, name }, { version: "1.2.3" }, [])).name,
    );
    assert.deepEqual(short, ["npm/everything", "npm/time", "npm/weather", "npm/mcp", "npm/server", "npm/a"]);
    const long = serverJsonSchema.parse(
      packageJson(npm, { version: "1.2.3", description: `\u202e${"x ".repeat(99)}` }, ["--a b"]),
    );
    assert.match(long.description, /^(x )+x?\.\.\.$/);
    assert.ok(long.description.length <= 100);
    assert.deepEqual(long.packages?.[0]?.packageArguments, [{ type: "positional", value: "--a b" }]);
    const image = (reference: string, ...args: string[]) =>
      serverJsonSchema.parse(imageJson({ kind: "image", reference }, args));
    assert.equal(image(`r.example:5000/a/b_c@${DIGEST}`).version, "sha256-0123456789ab");
    const tagged = image(`a/b_c:1.2@${DIGEST}`, "/run", "x");
    assert.deepEqual([tagged.name, tagged.version], ["image/b-c", "1.2"]);
    assert.deepEqual(tagged.packages?.[0]?.runtimeArguments, [{ type: "named", name: "--entrypoint", value: "/run" }]);
    assert.deepEqual(tagged.packages?.[0]?.packageArguments, [{ type: "positional", value: "x" }]);
  });
});

describe("servers add: a document", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-add-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (text: string | Buffer): string => {
    writeFileSync(join(folder, "server.json"), text);
    return join(folder, "server.json");
  };

  it("is read from a file, also out of an answer of the registry's API", async () => {
    const given = { document: { name: "a/b" }, notes: [] };
    assert.deepEqual(await readDocument(file('{"name":"a/b"}')), given);
    assert.deepEqual(await readDocument(file('{"server":{"name":"a/b"},"_meta":{}}')), given);
    assert.deepEqual(await readDocument(file('{"servers":[{"server":{"name":"a/b"}}],"metadata":{}}')), given);
    await assert.rejects(readDocument(file('{"servers":[]}')), says(/got 0 servers, expected one/));
    const official = { status: "deprecated", statusMessage: "use c", isLatest: false };
    const old = { server: { name: "a/b" }, _meta: { "io.modelcontextprotocol.registry/official": official } };
    assert.deepEqual((await readDocument(file(JSON.stringify(old)))).notes, [
      "the registry calls it deprecated: use c",
      "the registry has a newer version of it",
    ]);
    const { document, from } = await originOf({ kind: "document", from: file("[]") }, { args: [] });
    assert.deepEqual([document, from], [[], `server.json of ${join(folder, "server.json")}`]);
  });

  it("is refused when there is none, too much of it, no JSON, or arguments beside it", async () => {
    for (const encoding of ["utf8", "utf16le"] as const) {
      const marked = Buffer.from('\uFEFF{\r\n"name":"a/b"\r\n}\r\n', encoding);
      assert.deepEqual((await readDocument(file(marked))).document, { name: "a/b" }, encoding);
    }
    const found = await readDocument(join(__dirname, "../../../fixtures/cases/B35/server-bom.json"));
    assert.equal((found.document as { name: string }).name, "com.example/bom");
    await assert.rejects(readDocument("nothing:a"), says(/nothing:a: got no such file, expected npm:PACKAGE, pypi:/));
    await assert.rejects(readDocument("memory", ["npm:a", "pypi:b"]), {
      fix: "bin/dind-mcp servers add npm:a, or pypi:b",
    });
    await assert.rejects(readDocument(folder), says(/server\.yaml: got no such file/));
    await assert.rejects(readDocument(file(`"${"x".repeat(LIMIT_BYTES)}"`)), says(/got more than 1048576 bytes/));
    await assert.rejects(readDocument("/dev/zero"), says(/^\/dev\/zero: got more than 1048576 bytes/));
    const secret = readDocument(file("hunter2: x"));
    await assert.rejects(secret, says(/server\.json: got no JSON, expected a server\.json\n$/));
    const source = { kind: "document", from: file("{}") } as const;
    await assert.rejects(
      originOf(source, { args: ["-v"] }),
      says(/arguments: got "-v", expected none with a server\.json/),
    );
  });

  describe("from a URL", () => {
    const servers: ReturnType<typeof createServer>[] = [];
    const serve = async (listener: RequestListener): Promise<URL> => {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/server.json?token=hunter2`);
    };
    afterEach(() => {
      for (const server of servers.splice(0)) server.close().closeAllConnections();
    });

    it("is what that gives", async () => {
      const url = await serve((_, response) => response.end('\uFEFF{"name":"a/b"}'));
      assert.deepEqual((await readDocument(url.href)).document, { name: "a/b" });
      assert.equal(shownSource(url.href), `http://${url.host}/server.json`, "a query may hold a secret");
    });

    it("that only reads, and that no MCP server answers at, is told as what it is", async () => {
      for (const status of [400, 401, 405, 406]) {
        const { href } = await serve((_, response) => response.writeHead(status).end());
        await assert.rejects(readDocument(href), says(new RegExp(`got status ${status}, expected`), ExitCode.Failed));
      }
    });

    it("is refused over plain http, with a password, from elsewhere, without end, or too slow", async () => {
      await assert.rejects(
        download(new URL("http://example.com/")),
        says(/got http, expected https, or http on this machine/),
      );
      await assert.rejects(download(new URL("http://127.0.0.1.example.com/")), says(/got http, expected https/));
      const password = download(new URL("https://me:hunter2@example.com/"));
      await assert.rejects(password, says(/^https:\/\/example\.com\/: got a URL with a password/));

      let elsewhere = 0;
      const other = await serve((_, response) => response.end(String(elsewhere++)));
      const redirect = await serve((_, response) => response.writeHead(302, { location: other.href }).end());
      await assert.rejects(download(redirect), says(/got a redirect to http:.*expected the document itself/));
      assert.equal(elsewhere, 0);

      const gone = await serve((_, response) => response.writeHead(404).end());
      await assert.rejects(download(gone), says(/got status 404/, ExitCode.Failed));
      let sent = 0;
      const endless = await serve((_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
        };
        response.on("drain", more);
        more();
      });
      await assert.rejects(download(endless), says(/got more than 1048576 bytes/));
      assert.ok(sent < 64 * LIMIT_BYTES);
      const slow = await serve((_, response) => void response.write("{"));
      await assert.rejects(download(slow, 200), says(/got nothing within 0\.2 s/, ExitCode.Failed));
      const nobody = await serve(() => {});
      servers.pop()?.close();
      await assert.rejects(download(nobody), says(/got ECONNREFUSED, expected a server\.json\n$/, ExitCode.Failed));
    });
  });
});
