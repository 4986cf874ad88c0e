import { Label } from "../manifest/container/labels";
/** The project's folder; the launcher sets the variable. @throws Error outside of the launcher */
export function projectFolder(): string {
  return fromLauncher("DIND_MCP_PROJECT");
}

/** Name of the stack that the command is about: the launcher's `--stack`. @default dev */
export function stackName(): string {
  return fromLauncher("PULUMI_STACK");
}

/** The option that a command for this stack needs, with a blank before it; nothing for `dev`. */
export function stackOption(name = stackName()): string {
  return name === "dev" ? "" : ` --stack ${name}`;
}

function fromLauncher(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the command line with bin/dind-mcp`);
  return value;
}

/** "project/stack", as labels have it. */
export function fullStackName(): string {
  return `dind-mcp/${stackName()}`;
}

/** The label that everything of the stack has, as a filter for Docker's lists. */
export function stackFilter(): { label: string[] } {
  return { label: [`${Label.Stack}=${fullStackName()}`] };
}

/** True for the labels of something that is the stack's. */
export function isOfStack(labels: Record<string, string> | null | undefined): boolean {
  return labels?.[Label.Stack] === fullStackName();
}
