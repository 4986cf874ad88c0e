import { PassThrough, type Readable } from "node:stream";
import { dockerAt } from "../../lib/docker-client";
import { type LogOptions, lines, since } from "../log-options";
import { foreign } from "../output";
import { stackSettings } from "../stack/settings";
import { existingEngine } from "./host";

/** Prints the engine container's log: its standard output and error, as they were written. */
export async function logs({ follow, tail, since: from }: LogOptions): Promise<void> {
  const { hostEngine, engineName } = await stackSettings();
  const docker = dockerAt(hostEngine);
  await existingEngine(docker, engineName);
  const options = { stdout: true, stderr: true, tail: lines(tail), since: from ? since(from, Date.now()) : 0 };
  // Raw streams would hold the frames of Docker's protocol.
  const out = new PassThrough();
  out.on("data", (chunk: Buffer) => process.stdout.write(process.stdout.isTTY ? foreign(String(chunk)) : chunk));
  const container = docker.getContainer(engineName);
  if (!follow) {
    const all = (await container.logs({ ...options, follow: false })) as Buffer;
    docker.modem.demuxStream(new PassThrough().end(all), out, out);
    return;
  }
  const stream = (await container.logs({ ...options, follow: true })) as Readable;
  docker.modem.demuxStream(stream, out, out);
  await new Promise((resolve) => stream.on("end", resolve).on("close", resolve));
}
