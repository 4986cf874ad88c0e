import { z } from "zod";

// What the API answers, in zod: Fastify sends nothing that is not in these files, and the OpenAPI description is made from
// them. Here are the parts that several answers have.

/** A moment, as RFC 3339. */
export const time = z.iso.datetime({ offset: true }).describe("RFC 3339");
export const bytes = z.number().describe("Bytes");

/** A component that is described elsewhere: the schema of server.yaml takes its place in the OpenAPI description. */
export const MANIFEST_ID = "Manifest";
export const manifestSchema = z
  .record(z.string(), z.unknown(), "a manifest, as in server.yaml")
  .meta({ id: MANIFEST_ID });
export const fragmentSchema = z.record(z.string(), z.unknown()).describe("Keys of a manifest, as in server.yaml");

/** A list's page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().describe("Cursor of the next page; absent on the last"),
  });
}
