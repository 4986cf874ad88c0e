import { Command } from "commander";
import { examples, show } from "../output";
import { type AddOptions, add, described } from "./added";
import { each, list } from "./options";

/** `servers add`. */
export function addCommand(): Command {
  return new Command("add")
    .description(
      "Makes a server's folder of the catalog from a package, an image, a repository, files of yours or a server.json",
    )
    .argument(
      "<source>",
      "npm:PACKAGE[@VERSION], pypi:PACKAGE[==VERSION], go:PATH[@VERSION], cargo:CRATE[@VERSION], git+URL#COMMIT, image:NAME@sha256:DIGEST, a folder or script of yours, a name of the MCP registry, or a server.json: file, URL, -",
    )
    .argument("[arguments...]", "of a package's program; for an image its program and arguments; after --")
    .option("--name <name>", "the server's name; by default made from the source's")
    .option("--user <uid>", "its user, 11000 to 14995; by default the lowest that no server has")
    .option("--catalog <folder>", "the catalog's folder to put it in; by default the first in the stack's config")
    .option("--package <which>", "of a server.json: npm, its name, stdio, or its number; by default the most complete")
    .option("--program <name>", "which of its programs, where it has several; by default the one named like it")
    .option(
      "--from-source <packages>",
      "packages of PyPI that have no wheel, separated by commas; they are built",
      list,
    )
    .option("--egress <hosts>", "where it may go: host:port, ..., public, or none", list)
    .option("--env <name=value>", "an environment variable, which is no secret; may be repeated", each)
    .option("--secret <names>", "secrets that it needs: variables like API_KEY, or files like kubeconfig", list)
    .option("--apt <packages>", "Debian packages for its image, separated by commas", list)
    .option("--storage <path:size>", "a folder of its own that it keeps, like /data:256m; may be repeated", each)
    .option("--transport <how>", "of a server that listens: streamable-http:PORT[/PATH] or sse:PORT[/PATH]")
    .option(
      "--folder <name=/path>",
      "a folder of yours that it gets, to read, or to write with :rw behind it; may be repeated",
      each,
    )
    .option("--dry-run", "print what would be written, and write nothing")
    .option("--force", "replace the server of that name in that folder")
    .option("--json", "as JSON, with the files' texts")
    .addHelpText(
      "after",
      `
Nothing of the package is run on this machine; its image is built in the engine, by \`up\`. What server.json asks for
beyond the walls every server gets (egress, mounts, ...) is written down as a TODO, for you to allow.
${examples(
  "bin/dind-mcp servers add npm:@modelcontextprotocol/server-everything\n" +
    "bin/dind-mcp servers add npx -y @modelcontextprotocol/server-memory   # as its page says; uvx, pipx and others too\n" +
    "bin/dind-mcp servers add pypi:mcp-server-time==2026.10.19 --name time --dry-run\n" +
    "bin/dind-mcp servers add image:ghcr.io/user/weather:1.2.0@sha256:... -- /weather --stdio\n" +
    "bin/dind-mcp servers add pypi:mcp-server-git --folder code=/home/me/code:rw\n" +
    "bin/dind-mcp servers add git+https://example.com/me/weather#COMMIT\n" +
    "bin/dind-mcp servers add ./my-server                   # its Dockerfile, package.json, pyproject.toml or script tells\n" +
    "bin/dind-mcp servers add https://example.com/weather/server.json",
)}`,
    )
    .action(async (source: string, args: string[], options: AddOptions & { json?: boolean }) => {
      show(options.json, await add(source, args, options), described);
    });
}
