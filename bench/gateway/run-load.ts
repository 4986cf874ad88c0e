import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contender } from "./contender";
import type { Load } from "./load";

const execute = promisify(execFile);

/** The load tool against one contender, in a fresh process, as the reference tool runs. */
export async function runLoad(load: string, contender: Contender, clients: number, calls: number): Promise<Load> {
  const { target, pid } = contender;
  const own = [...(target.host ? ["--host", target.host] : []), ...(pid === undefined ? [] : ["--pid", String(pid)])];
  return printed([load, ...common(contender, clients, calls), ...own]);
}

/** The same from within the network of a process. @param url where it listens there */
export async function runDirect(
  load: string,
  pid: number,
  url: string,
  contender: Contender,
  clients: number,
  calls: number,
): Promise<Load> {
  // The Host header stays the published one: it is checked.
  const host = new URL(contender.target.url).host;
  const direct = { ...contender, target: { ...contender.target, url } };
  const args = [load, ...common(direct, clients, calls), "--host", host];
  return printed(["-t", String(pid), "-n", process.execPath, ...args], "nsenter");
}

/** The reference tool, which knows fewer options and prints fewer figures. */
export async function runReference(file: string, contender: Contender, clients: number, calls: number): Promise<Load> {
  const load = await printed([file, ...common(contender, clients, calls)]);
  const { open_ms: openMs, ...rest } = load as Load & { open_ms: number };
  return { ...rest, openMs };
}

function common({ target, tool = "echo" }: Contender, clients: number, calls: number): string[] {
  const token = target.token ? ["--token", target.token] : [];
  const call = ["--tool", tool, "--args", '{"text":"hello"}', "--expect", "hello"];
  return ["--url", target.url, ...token, ...call, "--calls", String(calls), "--clients", String(clients)];
}

async function printed(args: string[], program = process.execPath): Promise<Load> {
  const { stdout } = await execute(program, args, { timeout: 120_000 });
  return JSON.parse(stdout) as Load;
}
