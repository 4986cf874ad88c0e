import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contender } from "./contender";
import type { Load } from "./load";

const execute = promisify(execFile);

/** The load tool against one contender, in a fresh process, as the reference tool runs. */
export function runLoad(
  load: string,
  contender: Contender,
  clients: number,
  calls: number,
  bytes?: number,
): Promise<Load> {
  const { pid } = contender;
  const own = pid === undefined ? [] : ["--pid", String(pid)];
  const size = bytes === undefined ? [] : ["--bytes", String(bytes)];
  return printed([load, ...common(contender, clients, calls), ...own, ...size], contender);
}

/** The same from within the network of a process. @param url where the contender listens there */
export function runDirect(
  load: string,
  pid: number,
  url: string,
  contender: Contender,
  clients: number,
  calls: number,
): Promise<Load> {
  // The Host header stays the published one: it is checked.
  const host = new URL(contender.target.url).host;
  const args = [load, ...common({ ...contender, target: { url } }, clients, calls), "--host", host];
  return printed(["-t", String(pid), "-n", process.execPath, ...args], contender, "nsenter");
}

/** The reference tool, which knows fewer options and prints fewer figures. */
export async function runReference(file: string, contender: Contender, clients: number, calls: number): Promise<Load> {
  const { token } = contender.target;
  const args = [file, ...common(contender, clients, calls), ...(token ? ["--token", token] : [])];
  const { open_ms: openMs, ...rest } = (await printed(args, contender)) as Load & { open_ms: number };
  return { ...rest, openMs };
}

function common({ target, tool = "echo" }: Contender, clients: number, calls: number): string[] {
  const call = ["--tool", tool, "--args", '{"text":"hello"}', "--expect", "hello"];
  return ["--url", target.url, ...call, "--calls", String(calls), "--clients", String(clients)];
}

/** @throws Error with what the tool said, without its arguments: a token may be among them */
async function printed(args: string[], { name, target }: Contender, program = process.execPath): Promise<Load> {
  const env = { ...process.env, BENCH_TOKEN: target.token };
  try {
    const { stdout } = await execute(program, args, { timeout: 120_000, env });
    return JSON.parse(stdout) as Load;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(`${name}: ${/^(Error: .*)$/m.exec(said)?.[1] ?? said.trim()}`);
  }
}
