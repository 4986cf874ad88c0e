import assert from "node:assert/strict";
import { Readable } from "node:stream";
import type { EngineClient } from "../../../../../../lib/docker-client";
import { packTar } from "../../../../../../lib/tar-files";
import { Sbom } from "../../../../../../orchestrator/servers/docker/sbom/sbom";
import { purl } from "../../../../../../orchestrator/servers/docker/sbom/spdx";
import { server } from "../../../../../support/orchestrator/rest/fleet";

const STATUS = `Package: bash
Status: install ok installed
Maintainer: Matthias <doko@example.org>
Version: 5.2.37-2+b5
Description: GNU Bourne
 Package: none

Package: gone
Status: deinstall ok config-files
Version: 1
`;

const FILES = {
  "var/lib/dpkg/status": STATUS,
  "var/lib/dpkg/status-old": "Package: old\nStatus: install ok installed\nVersion: 1\n",
  "lib/apk/db/installed": "C:Q1\nP:musl\nV:1.2.5-r9\n\nP:busybox\nV:1.37.0-r12\n",
  "app/package.json": '{"name": "app", "version": "2.0.0"}',
  "app/node_modules/@a/b/package.json": '{"name": "@a/b", "version": "1.0.0"}',
  "app/node_modules/c/test/fixtures/package.json": '{"name": "no-package", "version": "1.0.0"}',
  "app/node_modules/d/package.json": "{",
  "app/lib/Tide_Tables-1.0.dist-info/METADATA":
    "Metadata-Version: 2.1\nName: Tide_Tables\nVersion: 1.0\n\nName: other\n",
};

describe("what a server's image holds", () => {
  let exported: string[];
  const archive = packTar(
    Object.entries(FILES).map(([name, text]) => ({ name, content: Buffer.from(text) })),
    0,
  );
  const client = (read: () => Buffer) =>
    ({
      streams: {
        getContainer: (id: string) => ({
          export: async () => {
            exported.push(id);
            return Readable.from([read()]);
          },
        }),
      },
    }) as unknown as EngineClient;

  beforeEach(() => {
    exported = [];
  });

  it("is what package managers wrote down, read once for an image, as SPDX", async () => {
    const sbom = new Sbom(
      client(() => archive),
      "1.2.3",
    );
    const document = await sbom.of(server("echo"));
    await sbom.of(server("echo"));
    assert.equal(exported.length, 1);
    const [image, ...packages] = document.packages;
    assert.deepEqual(image?.name, "mcp-echo");
    const urls = packages.flatMap((one) => ("externalRefs" in one ? one.externalRefs : []));
    assert.deepEqual(urls.map(({ referenceLocator }) => referenceLocator).toSorted(), [
      "pkg:apk/alpine/busybox@1.37.0-r12",
      "pkg:apk/alpine/musl@1.2.5-r9",
      "pkg:deb/debian/bash@5.2.37-2%2Bb5",
      "pkg:npm/%40a/b@1.0.0",
      "pkg:npm/app@2.0.0",
      "pkg:pypi/tide-tables@1.0",
    ]);
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    assert.deepEqual(
      document.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement),
      ids,
    );
  });

  it("is asked for again when the engine did not answer, and is none of a server that runs elsewhere", async () => {
    let fails = true;
    const sbom = new Sbom(
      client(() => {
        if (fails) throw new Error("the engine's answer broke off");
        return archive;
      }),
      "1",
    );
    await assert.rejects(sbom.of(server("echo")), { status: 502 });
    fails = false;
    assert.equal((await sbom.of(server("echo"))).packages.length, 7);
    const elsewhere = server("far", { runtime: { kind: "remote", restarts: 0, oomKills: 0 } });
    await assert.rejects(sbom.of(elsewhere), { status: 409 });
  });

  it("has packages' URLs as scanners write them", () => {
    assert.equal(purl({ kind: "npm", name: "a", version: "1.0.0+b" }), "pkg:npm/a@1.0.0%2Bb");
    assert.equal(purl({ kind: "pypi", name: "A.b__C", version: "1" }), "pkg:pypi/a-b-c@1");
  });
});
