// The inspector's command line (options.program): a process for each call.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Task } from "./steps";
import { takeSteps } from "./typescript-steps";

const { url, prefix, options } = JSON.parse(process.argv[2] ?? "") as Task;
/** Bytes of a large result with what JSON adds, and some more. */
const MOST = 16 * 2 ** 20;

/** What one command prints. @throws Error when it fails */
async function run<Result>(...args: string[]): Promise<Result> {
  const { program = "" } = options;
  const all = [program, "--cli", url, "--transport", "http", ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: MOST });
  return JSON.parse(stdout) as Result;
}

const connected = {
  version: "",
  list: async () => {
    const { tools } = await run<{ tools: { name: string }[] }>("--method", "tools/list");
    return tools.map(({ name }) => name);
  },
  call: async (tool: string, args: Record<string, unknown> = {}) => {
    const pairs = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${value}`]);
    const { content } = await run<{ content: { text: string }[] }>(
      "--method",
      "tools/call",
      "--tool-name",
      tool,
      ...pairs,
    );
    return content[0]?.text ?? "";
  },
  close: async () => {},
};

void takeSteps(async () => connected, prefix, {
  connect: "each command connects anew",
  cancel: "it cannot",
});
