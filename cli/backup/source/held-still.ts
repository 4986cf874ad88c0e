import { once } from "node:events";
import type Docker from "dockerode";
import { CliError } from "../../errors";

/**
 * Pauses them, and lets them go on when nobody holds the other end any more: also when the process at that end was killed.
 */
const SCRIPT = `docker pause "$@" >&2
echo held
cat >/dev/null
docker unpause "$@" >/dev/null`;

/**
 * A content that is read while containers in the engine stand still, so that it is of one moment. They go on when it has
 * been read, when reading it fails, and when this process is killed.
 * @param engine name of the engine container
 */
export async function* heldStill(
  docker: Docker,
  engine: string,
  containers: string[],
  open: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (containers.length === 0) return yield* open();
  const Cmd = ["sh", "-c", SCRIPT, "hold", ...containers];
  const exec = await docker
    .getContainer(engine)
    .exec({ Cmd, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const ended = once(stream, "close");
  try {
    await untilHeld(stream, containers);
    yield* open();
  } finally {
    stream.resume();
    stream.end();
    await ended;
  }
}

async function untilHeld(stream: NodeJS.ReadableStream, containers: string[]): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    const lost = () => reject(new CliError(`${containers.join(", ")} cannot be paused: ${text.trim()}`));
    stream.once("end", lost).once("error", lost);
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (/held\n/.test(text)) resolve();
    });
  });
}
