import { parseSettings } from "../../config/parse-settings";
import type { Settings } from "../../config/settings";
import { stackName } from "../project";
import { askPulumi } from "./workspace";

const NAMESPACE = "dind-mcp:";

/** The stack's config, checked as the program checks it. @throws ProblemsError with every problem at once */
export async function stackSettings(): Promise<Settings> {
  const all = Object.entries(await askPulumi((project, stack) => project.getAllConfig(stack))).filter(([key]) =>
    key.startsWith(NAMESPACE),
  );
  const raw = Object.fromEntries(all.map(([key, { value }]) => [key.slice(NAMESPACE.length), value]));
  const secret = all.filter(([, value]) => value.secret).map(([key]) => key.slice(NAMESPACE.length));
  return parseSettings(raw, secret, `Pulumi.${stackName()}.yaml`);
}
