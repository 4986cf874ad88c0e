import { must, run } from "./command";

/** Names of test stacks end with the process that made them: mcp-test-LABEL-PID-N. */
const OWNER = /mcp-test-[a-z]+-(\d+)-\d+/;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Removes what a test run that was killed has left on the host engine; running test runs are left alone. */
export async function sweep(): Promise<void> {
  if (process.env.DIND_MCP_TEST_FLEET) return; // its maker is gone, it is not
  if ((await run("docker", ["version"])).code !== 0) return; // unit tests run without an engine
  const orphans = async (kind: string, format: string, ...args: string[]) => {
    const names = (await must("docker", [kind, "ls", ...args, "--format", format])).split("\n");
    return names.filter((name) => {
      const owner = OWNER.exec(name)?.[1];
      return owner !== undefined && !alive(Number(owner));
    });
  };
  for (const name of await orphans("container", "{{.Names}}", "-a")) await remove("rm", "-f", "-v", name);
  for (const name of await orphans("network", "{{.Name}}")) await remove("network", "rm", name);
  for (const name of await orphans("volume", "{{.Name}}")) await remove("volume", "rm", "-f", name);
  for (const name of await orphans("image", "{{.Repository}}:{{.Tag}}"))
    await run("docker", ["image", "rm", "-f", name]);
}

/** Removes one thing, unless another run of tests has just done so. */
async function remove(...args: string[]): Promise<void> {
  const { code, stderr } = await run("docker", args);
  if (code !== 0 && !/no such|not found|already in progress/i.test(stderr))
    throw new Error(`docker ${args.join(" ")}: ${stderr}`);
}
