import { join } from "node:path";
import { z } from "zod";
import { describeSchema, type SchemaNode } from "../lib/describe-schema";
import { TransportType } from "../manifest/types";
import { OUTPUTS_VERSION, type Outputs } from "./outputs";

const text = z.string().min(1);
// Patterns, too: most readers of a JSON Schema pass over formats.
const uri = { format: "uri" };
const url = z
  .url()
  .regex(/^https?:\/\/[^/]/)
  .meta(uri);
const tcp = z
  .url()
  .regex(/^tcp:\/\/.+:\d+$/)
  .meta(uri);
const cidr = z.string().regex(/^[\d.]+\/\d+$/);
const time = text.meta({ format: "date-time" });
/** An entity of Kong's: its fields are Kong's to describe. */
const entity = z.record(text, z.unknown());
/** Marks what `pulumi stack output` shows as [secret]. */
const secret = { secret: true };

// Every mapping is loose: readers must ignore what they do not know, so that new outputs need no new version.
const schema: z.ZodType<Outputs> = z.looseObject({
  version: z.literal(OUTPUTS_VERSION),
  endpoints: z.looseObject({
    api: url,
    mcp: url,
    page: url.optional(),
    metrics: url,
    docker: tcp.optional(),
    dockerTls: tcp,
  }),
  servers: z.record(
    text,
    z.looseObject({ container: text, url, transport: z.enum(TransportType), image: text, description: text }),
  ),
  clientConfig: z
    .looseObject({
      mcpServers: z.record(
        text,
        z.looseObject({ type: z.literal("http"), url, headers: z.record(text, text).optional() }),
      ),
    })
    .meta(secret),
  tokens: z.record(text, text).meta(secret),
  tls: z.looseObject({
    ca: text,
    clientCert: text,
    clientKey: text.meta(secret),
    validUntil: z.looseObject({ server: time, client: time }),
  }),
  engine: z.looseObject({ containerName: text, containerId: text, imageId: text }),
  network: z.looseObject({ name: text, cidr, api: url, mcp: url }),
  volumes: z.record(text, text),
  consul: z.looseObject({ address: url, token: text.meta(secret) }).optional(),
  kong: z
    .looseObject({ _format_version: z.literal("3.0"), upstreams: z.array(entity), services: z.array(entity) })
    .optional(),
});

/** The file of this version's JSON Schema. Those of older versions stay beside it. */
export const OUTPUTS_SCHEMA_FILE = join(__dirname, `../docs/outputs-v${OUTPUTS_VERSION}.schema.json`);

/** The JSON Schema of the outputs with secrets shown; descriptions are the doc comments of `Outputs`. */
export function outputsJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema) as SchemaNode & { $schema: string };
  describeSchema(rest, join(__dirname, "outputs.ts"), "Outputs");
  return {
    $schema,
    $id: `urn:dind-mcp:outputs:${OUTPUTS_VERSION}`,
    title: "Outputs of a dind-mcp stack",
    description: `Version ${OUTPUTS_VERSION}, as \`pulumi stack output --json --show-secrets\` prints them. What is marked "secret" is hidden without --show-secrets.`,
    ...rest,
  };
}
