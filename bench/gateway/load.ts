/**
 * Loads one MCP endpoint with tools/call and prints one JSON line.
 *
 *   load --url URL [--host NAME] [--tool echo] [--args JSON] [--expect TEXT] [--bytes N] --calls N --clients N [--pid PID]
 *
 * A token is taken from BENCH_TOKEN. Sessions are opened first; then each client sends its next call when it has the answer to the last. rps: calls a second;
 * p50, p99: milliseconds a call; openMs: mean time to open a session. With --bytes: results of so many letters. With --pid: the gateway's processor microseconds a
 * call, and its memory in megabytes.
 */
import { parseArgs } from "node:util";
import { Connection } from "./mcp-http";
import { cpuSeconds, rssMegabytes } from "./process";

/** What one run has measured. */
export interface Load {
  clients: number;
  calls: number;
  errors: number;
  rps: number;
  p50: number;
  p99: number;
  openMs: number;
  cpuMicros?: number;
  rssMb?: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string", default: "" },
      host: { type: "string" },
      tool: { type: "string", default: "echo" },
      args: { type: "string", default: '{"text":"hello"}' },
      expect: { type: "string", default: "" },
      bytes: { type: "string" },
      calls: { type: "string", default: "2000" },
      clients: { type: "string", default: "1" },
      pid: { type: "string" },
    },
  });
  const { url, host, tool, expect } = values;
  const token = process.env.BENCH_TOKEN; // other users of the machine see arguments
  const [calls, clients] = [Number(values.calls), Number(values.clients)];
  const pid = values.pid === undefined ? undefined : Number(values.pid);
  const bytes = values.bytes === undefined ? undefined : Number(values.bytes);
  const params = {
    name: tool,
    arguments: bytes === undefined ? (JSON.parse(values.args) as object) : { text: "", bytes },
  };
  const right = (result: unknown): boolean => {
    if (bytes === undefined) return !expect || JSON.stringify(result).includes(expect);
    return (result as { content?: { text?: string }[] }).content?.[0]?.text?.length === bytes;
  };
  const connection = new Connection({ url, token, host }, clients);

  const opening = performance.now();
  const sessions: string[] = [];
  for (let client = 0; client < clients; client++) sessions.push(await connection.open());
  const openMs = (performance.now() - opening) / clients;

  const times: number[] = [];
  let errors = 0;
  let left = calls;
  const cpuBefore = pid === undefined ? 0 : cpuSeconds(pid);
  const began = performance.now();
  await Promise.all(
    sessions.map(async (session) => {
      while (left-- > 0) {
        const sent = performance.now();
        try {
          const result = await connection.request(session, "tools/call", params);
          if (!right(result)) throw new Error(`got ${JSON.stringify(result).slice(0, 300)}`);
          times.push(performance.now() - sent);
        } catch (error) {
          if (errors++ === 0) console.error(String(error));
        }
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const own =
    pid === undefined
      ? {}
      : { cpuMicros: Math.round(((cpuSeconds(pid) - cpuBefore) / calls) * 1e6), rssMb: Math.round(rssMegabytes(pid)) };

  times.sort((a, b) => a - b);
  const at = (q: number) => Number((times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? NaN).toFixed(2));
  const load: Load = {
    clients,
    calls: times.length,
    errors,
    rps: Math.round(times.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
    openMs: Number(openMs.toFixed(1)),
    ...own,
  };
  console.log(JSON.stringify(load));
  for (const session of sessions) await connection.end(session).catch(() => {}); // some gateways know no DELETE
  connection.close();
  process.exitCode = errors > 0 ? 1 : 0;
}

void main();
