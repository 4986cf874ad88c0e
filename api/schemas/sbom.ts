import { z } from "zod";

const unknown = z.string().describe("NOASSERTION: nobody says");
const packageSchema = z.object({
  SPDXID: z.string(),
  name: z.string(),
  versionInfo: z.string(),
  downloadLocation: unknown,
  filesAnalyzed: z.boolean(),
  licenseConcluded: unknown,
  licenseDeclared: unknown,
  copyrightText: unknown,
  supplier: z.string().optional(),
  primaryPackagePurpose: z.string().optional(),
  checksums: z.array(z.object({ algorithm: z.string(), checksumValue: z.string() })).optional(),
  externalRefs: z
    .array(z.object({ referenceCategory: z.string(), referenceType: z.string(), referenceLocator: z.string() }))
    .optional()
    .describe("The package's URL (purl), by which scanners look it up"),
});

/** What an image holds: a document of SPDX 2.3. */
export const sbomSchema = z
  .object({
    spdxVersion: z.literal("SPDX-2.3"),
    dataLicense: z.string(),
    SPDXID: z.string(),
    name: z.string(),
    documentNamespace: z.string(),
    creationInfo: z.object({ created: z.string(), creators: z.array(z.string()) }),
    packages: z.array(packageSchema).describe("The image first, then what it holds"),
    relationships: z.array(
      z.object({ spdxElementId: z.string(), relationshipType: z.string(), relatedSpdxElement: z.string() }),
    ),
  })
  .meta({ id: "Sbom" });
