import { spawnSync } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import type Docker from "dockerode";

interface Created {
  Entrypoint: string[];
  HostConfig: { Binds: string[] };
}

/**
 * A host engine in whose containers commands run on this machine.
 * @param place where a path of a container is on this machine
 */
export function hostEngine(place: (text: string) => string) {
  const created: Created[] = [];
  /** Containers that were made and never started: their ids, and seconds since 1970. */
  const left: { Id: string; Created: number }[] = [];
  const removed: string[] = [];
  const run = (words: string[]) => {
    const [command = "", ...args] = words.map(place);
    return spawnSync(command, args, { encoding: "utf8" });
  };
  const docker = {
    createContainer: async ({ _body }: { _body: Created }) => {
      created.push(_body);
      let ended: (code: { StatusCode: number | null }) => void;
      return {
        attach: async () => new PassThrough(),
        wait: () => new Promise((resolve) => (ended = resolve)),
        start: async () => ended({ StatusCode: run(_body.Entrypoint).status }),
        remove: async () => {},
      };
    },
    listContainers: async () => left,
    getContainer: (id: string) => ({
      remove: async () => void removed.push(id),
      exec: async ({ Cmd }: { Cmd: string[] }) => {
        const { status, stdout } = run(Cmd);
        return { start: async () => Readable.from([Buffer.from(stdout)]), inspect: async () => ({ ExitCode: status }) };
      },
    }),
    modem: {
      demuxStream: (stream: Readable, out: PassThrough) => stream.on("data", (chunk: Buffer) => out.write(chunk)),
    },
  };
  return { docker: docker as unknown as Docker, created, left, removed };
}
