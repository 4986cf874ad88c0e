import type { Package } from "./packages";

/** The image that a document is about. */
export interface Subject {
  /** The server's name. */
  server: string;
  /** The image's id, `sha256:...`. */
  image: string;
  /** RFC 3339: when it was read. */
  created: string;
  /** Of this project. */
  version: string;
}

const UNKNOWN = "NOASSERTION";
const IMAGE = "SPDXRef-Image";

/** A document of SPDX 2.3, as JSON has it: an image, and the packages that it holds. */
export function spdx({ server, image, created, version }: Subject, packages: Package[]) {
  const known = packages.map((one, index) => ({ ...one, id: `SPDXRef-Package-${index + 1}` }));
  const plain = {
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    licenseConcluded: UNKNOWN,
    licenseDeclared: UNKNOWN,
  };
  return {
    spdxVersion: "SPDX-2.3" as const,
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `mcp-${server}`,
    documentNamespace: `urn:dind-mcp:sbom:${server}:${image}`,
    creationInfo: { created: created.replace(/\.\d+Z$/, "Z"), creators: [`Tool: dind-mcp-${version}`] },
    packages: [
      {
        ...{ SPDXID: IMAGE, name: `mcp-${server}`, versionInfo: image, ...plain, copyrightText: UNKNOWN },
        primaryPackagePurpose: "CONTAINER",
        checksums: [{ algorithm: "SHA256", checksumValue: image.replace(/^sha256:/, "") }],
      },
      ...known.map(({ id, name, version: is, supplier, kind }) => ({
        ...{ SPDXID: id, name, versionInfo: is, ...plain, copyrightText: UNKNOWN },
        ...(supplier ? { supplier: `Organization: ${supplier}` } : {}),
        externalRefs: [
          {
            referenceCategory: "PACKAGE-MANAGER",
            referenceType: "purl",
            referenceLocator: purl({ kind, name, version: is }),
          },
        ],
      })),
    ],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: IMAGE },
      ...known.map(({ id }) => ({ spdxElementId: IMAGE, relationshipType: "CONTAINS", relatedSpdxElement: id })),
    ],
  };
}

const TYPES = { deb: "deb/debian", apk: "apk/alpine", npm: "npm", pypi: "pypi" } as const;

/** A package's URL, by which scanners look vulnerabilities up. */
export function purl({ kind, name, version }: Package): string {
  const normal = kind === "pypi" ? name.toLowerCase().replace(/[-_.]+/g, "-") : name;
  const path = normal.split("/").map(encodeURIComponent).join("/");
  return `pkg:${TYPES[kind]}/${path}@${encodeURIComponent(version)}`;
}
