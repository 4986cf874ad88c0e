import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { createContainer, removeContainer } from "../../../lib/docker-client";
import { CliError } from "../../errors";
import { outputOf, Said } from "./frames";

/** Where the container has the volume. */
export const VOLUME = "/volume";

export interface OnVolume {
  /** Any image of the host engine with `sh` and `tar`: the engine's own. */
  image: string;
  volume: string;
  command: string[];
  /** For an error: what it is about. */
  what: string;
  /** Exit codes that are none. @default [0] */
  fine?: number[];
  /** For its standard input; then it may write to the volume. */
  input?: AsyncIterable<Uint8Array>;
}

/** What filling a volume takes; reading one takes the first alone. */
const READING = ["DAC_READ_SEARCH"];
const WRITING = ["DAC_OVERRIDE", "CHOWN", "FOWNER", "FSETID", "SETFCAP", "MKNOD"];

/** The label of such containers. */
const MARK = "dind-mcp.on-volume";
/** Seconds within which one is started. Those that are older and were never started are of a process that was killed before. */
const STARTED_S = 3;

/** Removes what a killed process has left on the volume: Docker removes a container by itself only once it ran. */
async function removeLeft(docker: Docker, volume: string): Promise<void> {
  const filters = { label: [MARK], volume: [volume], status: ["created"] };
  const found = await docker.listContainers({ all: true, filters });
  const left = found.filter(({ Created }) => Date.now() / 1_000 - Created > STARTED_S);
  await Promise.all(left.map(({ Id }) => removeContainer(docker.getContainer(Id))));
}

/**
 * Runs a command in a container of its own that has one volume and nothing else. Its output is in no log of Docker's. When
 * this process is killed, it ends and is gone by itself.
 * @returns its standard output, as it is read
 * @throws CliError with what it said, when it fails
 */
export async function* runOnVolume(docker: Docker, options: OnVolume): AsyncGenerator<Buffer> {
  const { input, what, fine = [0] } = options;
  await removeLeft(docker, options.volume);
  const container = await createContainer(docker, containerOptions(options));
  try {
    const said = new Said();
    const streams = { stream: true, stdout: true, stderr: true };
    const stream = await container.attach(input ? { ...streams, stdin: true, hijack: true } : streams);
    const ended = container.wait({ condition: "removed" }) as Promise<{ StatusCode: number }>;
    ended.catch(() => {}); // told below, or the stream has failed first
    await container.start();
    // One that ends early says why by itself.
    const fed = input ? pipeline(Readable.from(input), stream).catch((error: Error) => error) : undefined;
    yield* outputOf(stream as unknown as Readable, said);
    const { StatusCode } = await ended;
    if (!fine.includes(StatusCode)) throw new CliError(`${what}: ${said.line || `exit code ${StatusCode}`}`);
    const failed = await fed;
    if (failed) throw failed;
  } finally {
    await removeContainer(container).catch(() => {}); // it is being removed already
  }
}

function containerOptions({ image, volume, command, input }: OnVolume): Docker.ContainerCreateOptions {
  const writes = input !== undefined;
  return {
    Image: image,
    Entrypoint: command,
    Cmd: [],
    User: "0:0",
    Labels: { [MARK]: "" },
    AttachStdin: writes,
    OpenStdin: writes,
    StdinOnce: writes,
    AttachStdout: true,
    AttachStderr: true,
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      Binds: [`${volume}:${VOLUME}${writes ? "" : ":ro"}`],
      CapDrop: ["ALL"],
      CapAdd: writes ? [...READING, ...WRITING] : READING,
      SecurityOpt: ["no-new-privileges:true", "label=disable"],
      LogConfig: { Type: "none", Config: {} },
    },
  };
}
