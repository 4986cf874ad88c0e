import { createServer } from "node:http";
import type { OpenAPIV3_1 } from "openapi-types";
import { orchestratorConfigSchema } from "../../config/orchestrator-config";
import { parseSettings } from "../../config/parse-settings";
import { orchestratorConfig } from "../../config/to-orchestrator";
import { version } from "../../package.json";
import { createApp } from "./app";
import type { RestDeps } from "./deps";

/** Makes the OpenAPI description for docs/openapi.json. */
export async function openApi(): Promise<OpenAPIV3_1.Document> {
  const config = orchestratorConfigSchema.parse(
    orchestratorConfig(parseSettings({}, [], "the defaults"), {
      ...{ stack: "dind-mcp/dev", version, listen: "127.0.0.1" },
    }),
  );
  // Nobody calls these routes, they are only described. So they need no services.
  const app = await createApp({ server: createServer(), rest: () => {} }, { config } as RestDeps);
  return app.swagger() as OpenAPIV3_1.Document;
}
