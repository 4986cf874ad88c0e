import {
  type OrchestratorConfig,
  type OrchestratorConfigInput,
  orchestratorConfigSchema,
} from "../../../config/orchestrator-config";
import { parseSettings } from "../../../config/parse-settings";
import { orchestratorConfig } from "../../../config/to-orchestrator";

type Groups = "limits" | "audit";

/** What a test wants otherwise; of the groups, single values. */
export type ConfigChanges = Partial<Omit<OrchestratorConfigInput, Groups>> & {
  [Group in Groups]?: Partial<OrchestratorConfigInput[Group]>;
};

const FACTS = {
  stack: "dind-mcp/test",
  version: "0.1.0",
  listen: "127.0.0.1",
};

/** What a stack without any config of its own tells the orchestrator, with changes. */
export function toldConfig(changes: ConfigChanges = {}): OrchestratorConfigInput {
  const told = orchestratorConfig(parseSettings({}, [], "the defaults"), FACTS);
  const { limits, audit, ...rest } = changes;
  return { ...told, ...rest, limits: { ...told.limits, ...limits }, audit: { ...told.audit, ...audit } };
}

/** The same as the orchestrator reads it. */
export function testConfig(changes: ConfigChanges = {}): OrchestratorConfig {
  return orchestratorConfigSchema.parse(toldConfig(changes));
}
