import { Counter, Histogram, type Registry } from "prom-client";
import { AuditResult } from "../../api/audit-result";
import type { CallObserver } from "../gateway/observer";
import type { Refusal } from "../security/rejections";
import type { Totals } from "./history";
import { BoundedLabel, METHODS, OTHER } from "./labels";
import { Tally } from "./tally";

const SERVERS = 256;
const TOOLS_OF_A_SERVER = 64;
const REASONS = 32;
/** Buckets in seconds, from a call that stays on the machine to one that times out. */
const CALL_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const OPEN_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts calls, sessions and refusals as they happen. `server="*"` is for the gateway's own answers on /mcp. */
export class CallMetrics implements CallObserver {
  readonly #calls: Tally;
  readonly #toolCalls: Tally;
  readonly #toolSeconds: Histogram;
  readonly #opened: Counter;
  readonly #openSeconds: Histogram;
  readonly #ended: Counter;
  readonly #incomplete: Counter;
  readonly #cut: Counter;
  readonly #refused: Counter;
  readonly #servers = new BoundedLabel(SERVERS);
  readonly #tools = new Map<string, BoundedLabel>();
  readonly #reasons = new BoundedLabel(REASONS);

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Tally(registry, {
      name: "dind_mcp_calls_total",
      help: "MCP requests that got their answer, by server, method and result.",
      labelNames: ["server", "method", "result"],
    });
    this.#toolCalls = new Tally(registry, {
      name: "dind_mcp_tool_calls_total",
      help: "Tool calls, by server, tool and result.",
      labelNames: ["server", "tool", "result"],
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
    this.#cut = new Counter({
      name: "dind_mcp_client_streams_cut_total",
      help: "Event streams of clients that did not read, ended by the gateway.",
      labelNames: ["server"],
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
    this.#calls.add(server, METHODS.has(method) ? method : OTHER, result);
    if (tool === undefined) return;
    const label = this.#tool(server, tool, result);
    this.#toolCalls.add(server, label, result);
    this.#toolSeconds.observe({ server, tool: label }, seconds);
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

  /** What each server's calls came to since the start, for the history. */
  async totals(): Promise<Map<string, Totals>> {
    const totals = new Map<string, Totals>();
    const of = (server: string): Totals => {
      const known = totals.get(server) ?? { calls: 0, errors: 0, buckets: [] };
      totals.set(server, known);
      return known;
    };
    for (const { values, value } of this.#calls.counts()) {
      const [server = "", , result] = values;
      of(server).calls += value;
      if (result !== AuditResult.Ok && result !== AuditResult.Cancelled) of(server).errors += value;
    }
    for (const { metricName, labels, value } of (await this.#toolSeconds.get()).values) {
      if (!metricName?.endsWith("_bucket")) continue;
      const { buckets } = of(String(labels.server));
      const end = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      const bucket = buckets.find(([other]) => other === end);
      if (bucket) bucket[1] += value;
      else buckets.push([end, value]);
    }
    for (const { buckets } of totals.values()) buckets.sort(([one], [other]) => one - other);
    return totals;
  }

  streamCut(name: string): void {
    this.#cut.inc({ server: this.#server(name) });
  }

  /** Counts a refusal. The guard calls it as `onRefused`. */
  refused(reason: Refusal): void {
    this.#refused.inc({ reason });
  }

  #server(name: string): string {
    return name === "" ? "*" : this.#servers.of(name);
  }

  /** Returns a tool's label. A name becomes a label at its first success, as made-up names never succeed. */
  #tool(server: string, tool: string, result: AuditResult): string {
    let tools = this.#tools.get(server);
    if (!tools) {
      tools = new BoundedLabel(TOOLS_OF_A_SERVER);
      this.#tools.set(server, tools);
    }
    return tools.of(tool, result === AuditResult.Ok);
  }
}
