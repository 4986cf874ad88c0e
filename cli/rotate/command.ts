import { Command } from "commander";
import { isAttended, question } from "../import/ask-user";
import { examples, note, show } from "../output";
import { stackName } from "../project";
import { config } from "../secrets/store";
import { assertHealthy, deploy, tellTime } from "../stack/deploy";
import { stackSettings } from "../stack/settings";
import { exportState } from "../stack/state";
import { stackOutputs } from "../stack/workspace";
import { type Kind, type RotationPlan, rotationPlan, type Wanted } from "./plan";
import { tokensTaken } from "./tokens-taken";

interface Options {
  dryRun: boolean;
  yes?: boolean;
  json?: boolean;
}

/** `rotate`: what proves who somebody is, made anew. */
export function rotateCommand(): Command {
  const certificates = rotation(
    "certificates",
    "New keys and certificates for the engine's Docker API; the old client certificate is refused",
    "bin/dind-mcp rotate certificates --dry-run\nbin/dind-mcp rotate certificates",
  ).action((options: Options) => rotate("certificates", options));
  const ca = rotation(
    "ca",
    "A new authority for those certificates: both are trusted until --finish",
    "bin/dind-mcp rotate ca              # then give clients the new outputs\nbin/dind-mcp rotate ca --finish",
  )
    .option("--finish", "trust the new authority alone")
    .action(({ finish, ...options }: Options & { finish?: boolean }) => rotate("ca", options, { finish }));
  const tokens = rotation(
    "tokens",
    "New values for the gateway's bearer tokens; sessions go on",
    "bin/dind-mcp rotate tokens\nbin/dind-mcp rotate tokens mcp",
  )
    .argument("[name...]", "tokens; without names all of them")
    .action((names: string[], options: Options) => rotate("tokens", options, { names }));
  const database = rotation(
    "database",
    "A new password for the embedded database's reader; the servers that read it start again",
    "bin/dind-mcp rotate database",
  ).action((options: Options) => rotate("database", options));
  return [certificates, ca, tokens, database].reduce(
    (group, command) => group.addCommand(command),
    new Command("rotate").description("New certificates, authority, tokens or database password, by one `up`"),
  );
}

function rotation(kind: Kind, description: string, lines: string): Command {
  return new Command(kind)
    .description(description)
    .option("--dry-run", "says what would be done, and does nothing", false)
    .option("--yes", "does not ask; nobody is asked without a terminal")
    .option("--json", "the result as one JSON document; all else goes to standard error")
    .addHelpText("after", `\nIt is an \`up\`: other changes of config and catalog are made too.\n${examples(lines)}`);
}

async function rotate(kind: Kind, { dryRun, yes, json }: Options, wanted: Wanted = {}): Promise<void> {
  const [state, { tlsAuthorities }] = await Promise.all([exportState(), stackSettings()]);
  const resources = state?.deployment.resources ?? [];
  const plan = rotationPlan(kind, { resources, authorities: tlsAuthorities }, wanted);
  const what = { stack: stackName(), rotated: kind, ...plan };
  if (dryRun) return show(json, { ...what, dryRun }, ({ effects }) => `${sentences(effects)}\nnothing was changed`);
  if (!yes && !(await isMeant(kind, plan))) return note("nothing was changed");
  if (plan.authorities) await setAuthorities(plan.authorities);
  const result = await deploy(
    plan.replace.flatMap((urn) => ["--replace", urn]),
    { json },
  );
  if (plan.tokens) await tokensTaken(await stackOutputs(), plan.tokens);
  show(json, { ...what, dryRun, ...result }, ({ effects }) => `\n${kind}: made anew\n${sentences(effects)}`);
  tellTime(result);
  assertHealthy(result);
}

const sentences = (effects: string[]): string => effects.map((effect) => `- ${effect}`).join("\n");

/** Asks the user, when there is one. */
async function isMeant(kind: Kind, { effects }: RotationPlan): Promise<boolean> {
  if (!isAttended()) return true;
  return /^y/.test(await question(`${sentences(effects)}\nMake ${kind} anew? [y/N] `));
}

/** Writes the authorities into the stack's config. What is written at any moment is a list that the config may have. */
async function setAuthorities([first, second]: number[]): Promise<void> {
  const entry = (index: number): string => `dind-mcp:tlsAuthorities[${index}]`;
  if (second === undefined) await config(["rm", "--path", entry(1)]);
  const all = [first, second].flatMap((number, index) => (number === undefined ? [] : `${entry(index)}=${number}`));
  await config(["set-all", "--path", ...all.flatMap((one) => ["--plaintext", one])]);
}
