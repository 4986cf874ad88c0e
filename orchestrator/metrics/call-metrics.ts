import { Counter, Histogram, type Registry } from "prom-client";
import { AuditResult } from "../../api/audit-result";
import type { CallObserver } from "../gateway/observer";
import type { Refusal } from "../security/rejections";
import { BoundedLabel, METHODS, OTHER } from "./labels";

const SERVERS = 256;
const TOOLS_OF_A_SERVER = 64;
const REASONS = 32;
/** Seconds: from a call that never leaves the machine to one that runs into its time-out. */
const CALL_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const OPEN_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts what happens, as it happens. `server="*"`: the gateway's own answers for all servers. */
export class CallMetrics implements CallObserver {
  readonly #calls: Counter;
  readonly #toolCalls: Counter;
  readonly #toolSeconds: Histogram;
  readonly #opened: Counter;
  readonly #openSeconds: Histogram;
  readonly #ended: Counter;
  readonly #incomplete: Counter;
  readonly #refused: Counter;
  readonly #servers = new BoundedLabel(SERVERS);
  readonly #tools = new Map<string, BoundedLabel>();
  readonly #reasons = new BoundedLabel(REASONS);

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Counter({
      name: "dind_mcp_calls_total",
      help: "MCP requests that got their answer, by server, method and result.",
      labelNames: ["server", "method", "result"],
      registers,
    });
    this.#toolCalls = new Counter({
      name: "dind_mcp_tool_calls_total",
      help: "Tool calls, by server, tool and result.",
      labelNames: ["server", "tool", "result"],
      registers,
    });
    this.#toolSeconds = new Histogram({
      name: "dind_mcp_tool_call_duration_seconds",
      help: "Time from a tool call's arrival to its answer.",
      labelNames: ["server", "tool"],
      buckets: CALL_BUCKETS,
      registers,
    });
    this.#opened = new Counter({
      name: "dind_mcp_sessions_opened_total",
      help: "Sessions opened; start=warm: with a process that was waiting.",
      labelNames: ["server", "start"],
      registers,
    });
    this.#openSeconds = new Histogram({
      name: "dind_mcp_session_open_duration_seconds",
      help: "Time until a new session could be used.",
      labelNames: ["server", "start"],
      buckets: OPEN_BUCKETS,
      registers,
    });
    this.#ended = new Counter({
      name: "dind_mcp_sessions_ended_total",
      help: "Sessions ended, by reason.",
      labelNames: ["server", "reason"],
      registers,
    });
    this.#incomplete = new Counter({
      name: "dind_mcp_lists_incomplete_total",
      help: "Lists of all servers that were answered without a server's part, or with an outdated one.",
      labelNames: ["server", "method"],
      registers,
    });
    this.#refused = new Counter({
      name: "dind_mcp_requests_refused_total",
      help: "Requests refused before they did anything: host, origin, token, scope, limits.",
      labelNames: ["reason"],
      registers,
    });
  }

  call(name: string, method: string, tool: string | undefined, result: AuditResult, seconds: number): void {
    const server = this.#server(name);
    this.#calls.inc({ server, method: METHODS.has(method) ? method : OTHER, result });
    if (tool === undefined) return;
    const labels = { server, tool: this.#tool(server, tool, result) };
    this.#toolCalls.inc({ ...labels, result });
    this.#toolSeconds.observe(labels, seconds);
  }

  sessionOpened(name: string, warm: boolean, seconds: number): void {
    const labels = { server: this.#server(name), start: warm ? "warm" : "cold" };
    this.#opened.inc(labels);
    this.#openSeconds.observe(labels, seconds);
  }

  sessionEnded(name: string, reason: string): void {
    this.#ended.inc({ server: this.#server(name), reason: this.#reasons.of(reason) });
  }

  incomplete(name: string, method: string): void {
    this.#incomplete.inc({ server: this.#server(name), method });
  }

  /** For the guard's `onRefused`. */
  refused(reason: Refusal): void {
    this.#refused.inc({ reason });
  }

  #server(name: string): string {
    return name === "" ? "*" : this.#servers.of(name);
  }

  /** A tool gets its name with its first success: names that clients made up never have one. */
  #tool(server: string, tool: string, result: AuditResult): string {
    let tools = this.#tools.get(server);
    if (!tools) {
      tools = new BoundedLabel(TOOLS_OF_A_SERVER);
      this.#tools.set(server, tools);
    }
    return tools.of(tool, result === AuditResult.Ok);
  }
}
