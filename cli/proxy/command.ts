import { Command } from "commander";
import type { Site } from "../../config/fleet/site";
import type { Settings } from "../../config/settings";
import { CliError, ExitCode } from "../errors";
import { examples, note } from "../output";
import { settingsOrDefaults } from "../stack/settings";
import { checkCommand } from "./check/command";
import { PROXIES, type ProxyProgram } from "./files";
import { siteOf, type Wishes } from "./site";

/** `proxy`: files for what people put in front of the fleet, and a check from outside. */
export function proxyCommand(): Command {
  const group = new Command("proxy").description(
    "Files for a proxy in front of the fleet (nginx, Caddy, HAProxy, Traefik, Envoy), and a check through one",
  );
  for (const [name, program] of Object.entries(PROXIES)) group.addCommand(fileCommand(name, program));
  return group.addCommand(checkCommand());
}

function fileCommand(name: string, program: ProxyProgram): Command {
  const { title, place, acme } = program;
  return new Command(name)
    .description(`Prints a file for ${title}`)
    .option("--url <url>", "how clients reach the proxy (default: the stack's publicUrl)")
    .option(
      "--page-url <url>",
      "how browsers reach the page through it (default: the stack's pageUrl; else it is left out)",
    )
    .option("--upstream <host:port>", "where the proxy reaches the fleet (default: where the stack publishes the API)")
    .option("--page-upstream <host:port>", "where it reaches the page (default: there, at the page's port)")
    .option(
      "--certificate <file>",
      `its certificate, for all host names, on its machine${acme ? " (default: by ACME)" : ""}`,
    )
    .option("--key <file>", "the certificate's private key")
    .addHelpText(
      "after",
      `
The file has TLS, streams without a buffer, time-outs above the fleet's heartbeat, and the headers that say who the client
is. It goes to ${place}. It changes nothing by itself.
${examples(`bin/dind-mcp proxy ${name} --url https://mcp.example.com\nbin/dind-mcp proxy check https://mcp.example.com`)}`,
    )
    .action(async (wishes: Wishes) => {
      if ((wishes.certificate === undefined) !== (wishes.key === undefined)) {
        throw new CliError("--certificate and --key: got one, expected both or none", ExitCode.Usage);
      }
      const settings = await settingsOrDefaults();
      const site = siteOf(settings, wishes);
      process.stdout.write(`${head(name, site, program)}${program.file(site)}`);
      for (const line of advice(settings, site)) note(line);
    });
}

function head(name: string, { url }: Site, { title, place }: ProxyProgram): string {
  return `# ${url} by ${title}; usually in ${place}.\n# Made by: bin/dind-mcp proxy ${name} --url ${url}\n\n`;
}

/** What the stack's config still lacks for this proxy. */
function advice({ publicUrl, trustedProxies }: Settings, { url }: Site): string[] {
  const lines: string[] = [];
  if (publicUrl !== url) {
    const now = publicUrl === "" ? "is not set" : `is ${publicUrl}`;
    lines.push(`publicUrl ${now}: pulumi config set publicUrl ${url}, and bin/dind-mcp up, else this Host is refused`);
  }
  if (trustedProxies.length === 0) {
    lines.push(
      `trustedProxies is empty: the audit log would name the proxy for every client; ${url === publicUrl ? "" : "then "}bin/dind-mcp proxy check ${url} tells what to set`,
    );
  }
  return lines;
}
