import { spawn } from "node:child_process";
import { once } from "node:events";
import { CliError } from "../../errors";
import { Said } from "./frames";

/** A folder of this machine as a tar archive. @throws CliError with what tar said */
export async function* folderCopy(folder: string): AsyncGenerator<Buffer> {
  const child = spawn("tar", ["--numeric-owner", "-C", folder, "-cf", "-", "."], { stdio: ["ignore", "pipe", "pipe"] });
  const said = new Said();
  child.stderr.on("data", (chunk: Buffer) => said.add(chunk));
  const ended = once(child, "close");
  ended.catch(() => {}); // awaited below
  for await (const chunk of child.stdout) yield chunk as Buffer;
  const [code] = await ended;
  if (code !== 0) throw new CliError(`folder ${folder}: ${said.line || `tar ended with ${code}`}`);
}
