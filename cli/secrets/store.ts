import { CliError } from "../errors";
import { quietPulumi } from "../stack/pulumi";

/** Keeps a secret's value, encrypted, in the stack's config. @throws CliError that does not show it */
export async function keepSecret(server: string, secret: string, value: string): Promise<void> {
  await config(["set", "--secret", "--path", pathOf(server, secret)], value);
}

/** Where a secret's value is in the config. */
export function pathOf(server: string, secret: string): string {
  return `dind-mcp:secrets.${server}.${secret}`;
}

/** A command on the config. The value goes to Pulumi on standard input, never on a command line. */
export async function config(args: string[], input?: string): Promise<void> {
  const { code, stderr } = await quietPulumi(["config", ...args], input);
  if (code === 0) return;
  const [, line = "it did not say why"] = /^error: (.*)$/m.exec(stderr) ?? [];
  throw new CliError(`pulumi config: ${line}`);
}
