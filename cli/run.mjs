// run.mjs ARGUMENT...: the command line. Bundled anew at each start, which takes less time than to find out whether it
// has to be; ts-node would take ten times as long.
import Module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const { outputFiles } = buildSync({
  absWorkingDir: project,
  entryPoints: ["cli/main.ts"],
  bundle: true,
  write: false,
  platform: "node",
  target: "node22",
  format: "cjs",
  packages: "external",
});
process.env.DIND_MCP_PROJECT = project;
// Never written: the checkout may be somebody else's, or read-only. Its name is where it looks for packages from.
const main = new Module(join(project, "cli/main.cjs"));
main.filename = main.id;
main.paths = Module._nodeModulePaths(project);
main._compile(outputFiles[0].text, main.filename);
