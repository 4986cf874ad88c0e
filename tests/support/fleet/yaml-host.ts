import { copyFile, mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { must, run } from "./command";
import { ROOT } from "./stack";

/**
 * What makes the Pulumi of the tests run YAML programs. The vendor's CLI and plugins can; beside the stand-ins it takes a
 * language host, which is built, and the docker plugin's schema: the stand-in has none, so tests/support/yaml-host/docker-schema.json
 * names what examples/consumer-yaml uses. It loosens no check but that of names and types: the plugin still has its own.
 * @param folder for a Pulumi home of the test's own
 */
export async function yamlHost(folder: string): Promise<NodeJS.ProcessEnv> {
  const { DIND_MCP_CACHE: cache, PULUMI_HOME: home } = process.env;
  if ((await run("bash", ["-c", "command -v pulumi-language-yaml"])).code === 0) return {};
  if (!cache || !home)
    throw new Error("DIND_MCP_CACHE and PULUMI_HOME are not set: start the tests with bin/dind-mcp test");
  await must("bash", [join(ROOT, "tests/support/yaml-host/build.sh"), cache]);
  await mkdir(join(folder, "schemas"), { recursive: true });
  await symlink(join(home, "plugins"), join(folder, "plugins"));
  await copyFile(join(ROOT, "tests/support/yaml-host/docker-schema.json"), join(folder, "schemas/docker-5.2.0.json"));
  return { PULUMI_HOME: folder, PATH: [process.env.PATH, join(cache, "yaml")].join(delimiter) };
}
