import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { CliError, ExitCode } from "../errors";
import { projectFolder, stackName } from "../project";
import { unitEnvironment } from "./environment";
import type { Unit } from "./unit";

/** The unit for this stack as it is worked with here. @throws CliError when a secret would have to stand in it */
export function unitHere(): Unit {
  const stack = stackName();
  const environmentFile = join(process.env.DIND_MCP_STATE ?? "", `${stack}.env`);
  const { kept, secret } = unitEnvironment(process.env);
  if (secret.length > 0 && !existsSync(environmentFile)) {
    const fix = `write NAME=VALUE lines into ${environmentFile}, for your eyes only (mode 0600); the unit reads that file`;
    throw new CliError(`${secret.join(", ")}: a secret, and everybody may read a unit`, ExitCode.Usage, fix);
  }
  return { stack, project: projectFolder(), user: userInfo().username, environment: kept, environmentFile };
}
