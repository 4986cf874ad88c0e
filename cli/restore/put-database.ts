import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { outputOf, Said } from "../backup/source/frames";
import { CliError } from "../errors";

const AS = "-h /tmp -U postgres";

/** A role that is there already is an error that does not matter; what it may do is set again below. */
const ROLES = `psql ${AS} -d postgres -q --no-psqlrc >/dev/null 2>&1; true`;
/** In place of the sample, or of what an earlier try left. */
const DUMP = `set -e
psql ${AS} -d postgres -q --no-psqlrc -v ON_ERROR_STOP=1 -c 'DROP DATABASE IF EXISTS mcp WITH (FORCE)'
pg_restore ${AS} --exit-on-error --create -d postgres
apply-roles`;

/** Puts a part of the database's dump into the database of the engine. @param part its name in the backup */
export async function putDatabase(
  docker: Docker,
  engine: string,
  part: string,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const script = part === "database/roles.sql" ? ROLES : DUMP;
  const Cmd = ["docker", "exec", "-i", "mcp-database", "sh", "-c", script];
  const exec = await docker
    .getContainer(engine)
    .exec({ Cmd, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const said = new Said();
  const read = (async () => {
    for await (const _ of outputOf(stream, said));
  })();
  // One that ends early says why by itself.
  await pipeline(Readable.from(content), stream, { end: true }).catch(() => {});
  await read.catch(() => {});
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new CliError(`the database: ${said.line || `exit code ${ExitCode}`}`);
}
