import { Command } from "commander";
import { CliError, ExitCode } from "../errors";
import { examples, show, table } from "../output";
import { projectFolder, stackOption } from "../project";
import { settingsOrDefaults, stackSettings } from "../stack/settings";
import { declaredSecret, declaredSecrets, secretRows } from "./declared";
import { config, keepSecret, pathOf } from "./store";
import { readValue } from "./value";

/** `secrets`: values of the servers' secrets, encrypted in the stack's config. */
export function secretsCommand(): Command {
  return new Command("secrets")
    .description("Values of the servers' secrets, kept encrypted in the stack's config")
    .addCommand(setCommand())
    .addCommand(removeCommand())
    .addCommand(listCommand());
}

function setCommand(): Command {
  return new Command("set")
    .description("Reads a value, without showing it, and keeps it encrypted; the next `up` hands it to the server")
    .argument("<server>")
    .argument("<secret>", "its name in server.yaml, or the variable that it becomes")
    .option("--file <path>", "the value is a file's text; else it is typed, or comes from a pipe")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "bin/dind-mcp secrets set github github-token\n" +
          "bin/dind-mcp secrets set kubernetes kubeconfig --file ~/.kube/config\n" +
          "pass show github | bin/dind-mcp secrets set github GITHUB_TOKEN",
      ),
    )
    .action(async (server: string, wanted: string, { file, json }: { file?: string; json?: boolean }) => {
      const { catalog } = await stackSettings();
      const secret = declaredSecret(declaredSecrets(catalog, projectFolder()), server, wanted);
      const about = secret.description ? ` (${secret.description})` : "";
      const value = await readValue(`${server}: the value of ${secret.name}${about}; it is not shown:`, file);
      await keepSecret(server, secret.name, value);
      const done = { server, secret: secret.name, next: `bin/dind-mcp up${stackOption()}` };
      show(json, done, ({ next }) => `${server}: ${secret.name} is set\nnext:\n  ${next}`);
    });
}

function removeCommand(): Command {
  return new Command("remove")
    .description("Takes a value out of the stack's config, also one that no manifest asks for any more")
    .argument("<server>")
    .argument("<secret>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp secrets remove github github-token"))
    .action(async (server: string, secret: string, { json }: { json?: boolean }) => {
      const values = (await stackSettings()).secrets[server] ?? {};
      if (!Object.hasOwn(values, secret)) {
        const expected = `one that has a value: ${Object.keys(values).join(", ") || "none"}`;
        throw new CliError(`SECRET: got ${JSON.stringify(secret)}, expected ${expected}`, ExitCode.NotFound);
      }
      await config(["rm", "--path", pathOf(server, secret)]);
      show(
        json,
        { server, secret },
        () => `${server}: ${secret} has no value any more; the next up takes it from the server`,
      );
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("Which secrets the catalog's servers ask for, and which of them have a value; shows no value")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp secrets list"))
    .action(async ({ json }: { json?: boolean }) => {
      const { catalog, secrets: values } = await settingsOrDefaults();
      const rows = secretRows(declaredSecrets(catalog, projectFolder()), values);
      const cells = rows.map(({ server, secret, required, set, description = "" }) => {
        return [server, secret, set ? "set" : required ? "missing" : "not set", description];
      });
      show(json, rows, () => table(["SERVER", "SECRET", "VALUE", "WHAT IT IS"], cells));
    });
}
