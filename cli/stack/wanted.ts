import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stackName } from "../project";

/** A file below the launcher's state that says: this stack is down because somebody wants it so. */
const file = (): string => join(process.env.DIND_MCP_STATE ?? "", "down", stackName());

/** `engine stop` and `destroy`: whoever watches the stack (`service watch`) leaves it down. */
export function wantDown(): void {
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(file(), "");
}

/** `up` and `engine start`: the stack is meant to be up again. */
export function wantUp(): void {
  rmSync(file(), { force: true });
}

/** True while the stack is meant to be down. */
export function isWantedDown(): boolean {
  return existsSync(file());
}
