// run.mjs ARGUMENT...: the command line. Bundled anew at each start, which takes less time than to find out whether it
// has to be; ts-node would take ten times as long.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
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
  sourcemap: "inline",
});
// Below node_modules: the bundle looks for its packages from where it is.
const bundle = join(project, "node_modules/.cache/dind-mcp/cli.cjs");
mkdirSync(dirname(bundle), { recursive: true });
const draft = `${bundle}.${process.pid}`;
writeFileSync(draft, outputFiles[0].contents);
renameSync(draft, bundle);
process.env.DIND_MCP_PROJECT = project;
createRequire(import.meta.url)(bundle);
