import type { Command } from "commander";
import { note, show } from "../output";
import { stackName } from "../project";
import { converge } from "./converge/converge";
import { endpointsText } from "./endpoints-text";
import { passing, WITHOUT_QUESTIONS } from "./passing";
import { Interrupted, runPulumi } from "./pulumi";
import { wantUp } from "./wanted";
import { stackOutputs } from "./workspace";

/** `up`, or `stack deploy`. */
export function deployCommand(name: string): Command {
  return passing(
    name,
    "Brings the stack up, from whatever state it is in, without questions; lists its endpoints",
    "bin/dind-mcp up\nbin/dind-mcp up --refresh\nbin/dind-mcp up --stack second",
  )
    .option("--json", "the result as one JSON document; what Pulumi shows goes to standard error")
    .action(async (args: string[], { json }: { json?: boolean }) => {
      const began = Date.now();
      wantUp();
      const found = await bringUp(["up", ...WITHOUT_QUESTIONS, "--suppress-outputs", ...args], json);
      const setupSeconds = Number(process.env.DIND_MCP_SETUP_SECONDS ?? 0);
      const upSeconds = Math.round((Date.now() - began) / 1_000);
      const { endpoints, servers } = await stackOutputs();
      const result = { stack: stackName(), found, endpoints, servers, setupSeconds, upSeconds };
      show(json, result, (up) => `\n${endpointsText(up)}\n`);
      note(`set-up ${setupSeconds} s, up ${upSeconds} s, all together ${setupSeconds + upSeconds} s`);
    });
}

/** Converges, and runs `up`. @returns what was found */
async function bringUp(args: string[], json = false): Promise<string[]> {
  const up = (): Promise<void> => runPulumi(args, json);
  const { found, inside } = await converge();
  if (inside) {
    await up();
    return found;
  }
  // The engine has to be made first: only then can be seen what a killed run left in it, which may be in the way.
  const failed = await up().then(
    () => undefined,
    (error: Error) => error,
  );
  if (failed instanceof Interrupted) throw failed;
  const again = await converge();
  if (again.found.length > 0) await up();
  else if (failed) throw failed;
  return [...found, ...again.found];
}
