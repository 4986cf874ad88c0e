import { Command } from "commander";
import { Scope } from "../../../api/scopes";
import { isBaseUrl } from "../../../config/parts";
import { CliError, ExitCode } from "../../errors";
import { examples, progress, show, table } from "../../output";
import { stackSettings } from "../../stack/settings";
import { stackOutputs } from "../../stack/workspace";
import type { Finding } from "./finding";
import { handedOn, largeBody, reached, session, stream } from "./looks";
import { Outside } from "./outside";

/** Seconds for which a stream is read: longer than the 60 that many proxies have as their time-out. */
const STREAM_SECONDS = 75;

/** `proxy check`: asks the fleet through a proxy, and says what is wrong with it. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Asks the fleet through a proxy, and says what the proxy does wrong")
    .argument("<url>", "how clients reach the fleet, like https://mcp.example.com")
    .option("--quick", `leave out the stream that is read for ${STREAM_SECONDS} s`, false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Looks at: TLS, the token, Host, the client's address, headers, request ids, large bodies, a session, a stream. The tokens are
the stack's, where URL is its publicUrl; for any other URL it is DIND_MCP_TOKEN. Exit code 3 when something is wrong.
${examples("bin/dind-mcp proxy check https://mcp.example.com\nDIND_MCP_TOKEN=... bin/dind-mcp proxy check https://mcp.example.com --quick")}`,
    )
    .action(async (url: string, { quick, json }: { quick: boolean; json?: boolean }) => {
      if (!isBaseUrl(url)) {
        throw new CliError(
          `got ${url}, expected a URL like https://mcp.example.com, without a / at its end`,
          ExitCode.Usage,
        );
      }
      const tokens = await tokensFor(url);
      const findings = await check(new Outside(url, tokens.read), new Outside(url, tokens.mcp), quick);
      show(json, { url, findings }, () => text(findings));
      if (findings.some(({ result }) => result === "wrong")) process.exitCode = ExitCode.Different;
    });
}

async function check(rest: Outside, mcp: Outside, quick: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look = async (title: string, job: Promise<Finding[]>): Promise<void> => {
    try {
      findings.push(...(await progress(title, job)));
    } catch (error) {
      findings.push({ about: title, result: "wrong", detail: (error as Error).message });
    }
  };
  const isHopeless = (): boolean =>
    findings.some(({ about, result }) => result === "wrong" && ["fleet", "token"].includes(about));
  await look("fleet", reached(rest));
  if (isHopeless()) return findings;
  await look("requests", handedOn(rest));
  if (isHopeless()) return findings;
  await look("bodies", largeBody(rest));
  await look("mcp", session(mcp));
  if (!quick) await look(`streams, ${STREAM_SECONDS} s`, stream(rest, STREAM_SECONDS));
  return findings;
}

/**
 * The tokens to ask with.
 * @throws CliError when there is none: the stack's own go to no URL but its own
 */
async function tokensFor(url: string): Promise<{ read: string; mcp: string }> {
  const { DIND_MCP_TOKEN: own } = process.env;
  if (own) return { read: own, mcp: own };
  const [{ endpoints, tokens }, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  if (url !== endpoints.api) {
    const fix = `set DIND_MCP_TOKEN, or pulumi config set publicUrl ${url}, and bin/dind-mcp up`;
    const what = `got ${url}, expected the stack's publicUrl, ${endpoints.api}: its tokens are sent to no other`;
    throw new CliError(what, ExitCode.Usage, fix);
  }
  const best = (scope: Scope): string => {
    const able = settings.tokens.filter(({ name, scopes }) => scopes.includes(scope) && tokens[name]);
    const least = able.sort((a, b) => a.scopes.length - b.scopes.length)[0];
    if (!least)
      throw new CliError(`no token of the stack has the scope ${scope}`, ExitCode.NotFound, "set DIND_MCP_TOKEN");
    return tokens[least.name] as string;
  };
  return { read: best(Scope.Read), mcp: best(Scope.Mcp) };
}

function text(findings: Finding[]): string {
  const rows = findings.map(({ about, result, detail }) => [result, about, detail]);
  const fixes = findings.flatMap(({ about, fix }) => (fix ? [`${about}: ${fix}`] : []));
  const list = table(["RESULT", "ABOUT", "DETAIL"], rows);
  return fixes.length === 0 ? list : `${list}\n\nto fix:\n${fixes.map((line) => `  ${line}`).join("\n")}`;
}
