import { join, relative } from "node:path";
import { configurationPage } from "../../config/configuration-page";
import { pulumiYaml } from "../../config/pulumi-yaml";
import { withPart } from "../../lib/marked-part";
import { manifestJsonSchema, serviceJsonSchema } from "../../manifest/json-schema";
import { openApi } from "../../orchestrator/rest/openapi-docs";
import { operationTable } from "../../orchestrator/rest/operation-table";
import { policies } from "../../policy/pack";
import { policiesMarkdown } from "../../policy/table";
import { OUTPUTS_SCHEMA_FILE, outputsJsonSchema } from "../../stack/outputs-schema";
import { type Generated, json } from "./generate";

/** The project. */
export const ROOT = join(__dirname, "../..");

/** Every file that is made of code. docs/hosts.md and docs/clients.md are not here: they are made of a run. */
export const GENERATED: Generated[] = [
  { file: "Pulumi.yaml", content: pulumiYaml },
  { file: "docs/configuration.md", content: configurationPage },
  { file: "manifest/server.schema.json", content: () => json(manifestJsonSchema()) },
  { file: "manifest/service.schema.json", content: () => json(serviceJsonSchema()) },
  { file: relative(ROOT, OUTPUTS_SCHEMA_FILE), content: () => json(outputsJsonSchema()) },
  { file: "docs/openapi.json", content: async () => json(await openApi()) },
  { file: "docs/api.md", content: async (page) => withPart(page, "operations", operationTable(await openApi())) },
  { file: "docs/policies.md", content: (page) => withPart(page, "policies", policiesMarkdown(policies)) },
];
