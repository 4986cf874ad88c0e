import type { Command } from "commander";
import type { Outputs } from "../../stack/outputs";
import { failedBuildLines } from "../engine/builds/last-lines";
import { CliError, ExitCode } from "../errors";
import { note, progress, show } from "../output";
import { stackName } from "../project";
import { withReasons } from "./companion-reason";
import { converge } from "./converge/converge";
import { endpointsText } from "./endpoints-text";
import { removeGone } from "./gone";
import { passing, WITHOUT_QUESTIONS } from "./passing";
import { Interrupted, runPulumi, runUp } from "./pulumi";
import { stackSettings } from "./settings";
import { settled, type Unsettled, unsettledText } from "./settled";
import { NOT_MADE } from "./up-lines";
import { wantUp } from "./wanted";
import { stackOutputs } from "./workspace";

/** `up`, or `stack deploy`. */
export function deployCommand(name: string): Command {
  return passing(
    name,
    "Brings the stack up, from whatever state it is in, without questions; lists its endpoints",
    "bin/dind-mcp up\nbin/dind-mcp up --refresh\nbin/dind-mcp up --stack second",
  )
    .option("--json", "the result as one JSON document; all else goes to standard error")
    .option("--verbose", "Pulumi's own display, with every resource")
    .action(async (args: string[], { json, verbose }: UpOptions) => {
      const result = await deploy(args, { json, verbose });
      show(json, result, (up) => `\n${endpointsText(up)}\n`);
      tellTime(result);
      assertHealthy(result);
    });
}

export interface UpOptions {
  /** Standard output is for the result: all else goes to standard error. */
  json?: boolean;
  /** Pulumi's own display. */
  verbose?: boolean;
}

/** What an `up` ended with. */
export interface UpResult extends Pick<Outputs, "endpoints" | "servers"> {
  stack: string;
  /** What was wrong before, and is repaired. */
  found: string[];
  /** The servers that are not healthy. */
  failed: Unsettled[];
  setupSeconds: number;
  upSeconds: number;
}

/**
 * Brings the stack up from whatever state it is in, and waits for its servers.
 * @param args for pulumi
 */
export async function deploy(args: string[], { json, verbose }: UpOptions): Promise<UpResult> {
  const began = Date.now();
  wantUp();
  const pulumi = ["up", ...WITHOUT_QUESTIONS, "--suppress-outputs", ...args];
  const { found, unmade: all } = await bringUp(pulumi, { json, verbose });
  if (all.length > 0 && !args.some((one) => TARGETS.test(one))) await removeGone(json ?? false);
  const outputs = await stackOutputs();
  const unmade = await Promise.all(
    all.map(async (one) => ({ ...one, build: await failedBuildLines(outputs, one.reason, began) })),
  );
  const made = { ...outputs, servers: without(outputs.servers, unmade) };
  const unsettled = await progress(
    "waiting for the servers",
    stackSettings().then((all) => settled(made, all)),
  );
  const failed = [...(await withReasons(unmade, outputs)), ...unsettled].sort((a, b) => a.name.localeCompare(b.name));
  const { endpoints, servers } = outputs;
  return {
    ...{ stack: stackName(), found, endpoints, servers, failed },
    setupSeconds: Number(process.env.DIND_MCP_SETUP_SECONDS ?? 0),
    upSeconds: Math.round((Date.now() - began) / 1_000),
  };
}

/** Says on standard error how long it took. */
export function tellTime({ setupSeconds, upSeconds }: UpResult): void {
  note(`set-up ${setupSeconds} s, up ${upSeconds} s, all together ${setupSeconds + upSeconds} s`);
}

/** @throws CliError when a server is not healthy, with the reason of each */
export function assertHealthy({ failed, servers }: UpResult): void {
  if (failed.length === 0) return;
  const made = failed.some(({ status }) => status !== NOT_MADE);
  const fix = made ? "bin/dind-mcp servers logs NAME says more" : undefined;
  throw new CliError(unsettledText(failed, Object.keys(servers).length), ExitCode.Different, fix);
}

/** Arguments that ask for Pulumi's own display. */
const DISPLAY = /^(--diff|--output|-o|--show-\w|--debug|-d|-v|--logtostderr)/;

/** Arguments that leave the rest of the stack as it is. */
const TARGETS = /^(--target|-t|--exclude)/;

/** The servers but those that could not be made. */
function without(servers: Outputs["servers"], unmade: Unsettled[]): Outputs["servers"] {
  return Object.fromEntries(Object.entries(servers).filter(([name]) => !unmade.some((one) => one.name === name)));
}

/** Converges, and runs `up`. @returns what was found, and the servers that could not be made */
async function bringUp(
  args: string[],
  { json = false, verbose = false },
): Promise<{ found: string[]; unmade: Unsettled[] }> {
  const own = verbose || args.some((one) => DISPLAY.test(one));
  const up = (): Promise<Unsettled[]> => (own ? runPulumi(args, json).then(() => []) : runUp(args, json));
  const { found, inside } = await converge();
  if (inside) return { found, unmade: await up() };
  // The engine must exist first. Only then is visible what a killed run left in it, which may be in the way.
  const first = await up().catch((error: Error) => error);
  if (first instanceof Interrupted) throw first;
  const again = await converge();
  const last = again.found.length > 0 ? await up() : first;
  if (last instanceof Error) throw last;
  return { found: [...found, ...again.found], unmade: last };
}
