import type Docker from "dockerode";
import { CliError } from "../../errors";
import { outputOf, Said } from "./frames";

/**
 * Runs a command in a container of the host engine.
 * @returns its standard output, as it is read
 * @throws CliError with what it said, when it fails
 */
export async function* runIn(docker: Docker, container: string, Cmd: string[], what: string): AsyncGenerator<Buffer> {
  const exec = await docker.getContainer(container).exec({ Cmd, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const said = new Said();
  yield* outputOf(stream, said);
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new CliError(`${what}: ${said.line || `exit code ${ExitCode}`}`);
}
