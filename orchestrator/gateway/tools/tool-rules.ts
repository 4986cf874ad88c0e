import type { OrchestratorConfig } from "../../../config/orchestrator-config";
import type { Events } from "../../events";
import { mayCall } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { Servers } from "../../servers/server-info";
import type { ToolReport } from "../gateway-api";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { isObject, type JsonObject, textOr } from "../wire/json-rpc";
import type { ToolApprovals } from "./tool-approvals";
import { toolDigest } from "./tool-digest";

/** Which tools exist for whom: the manifest's filter, the token's, and the approval of their definitions. */
export class ToolRules {
  /** Definitions that are not the approved ones, as last seen: server, tool, digest. */
  readonly #unapproved = new Map<string, Map<string, string>>();

  constructor(
    private readonly servers: Servers,
    private readonly approvals: ToolApprovals,
    private readonly changes: OrchestratorConfig["toolChanges"],
    private readonly events: Events,
    private readonly look: (server: string) => void,
  ) {}

  /** True when the manifest lets clients see the tool, and no unapproved change hides it. */
  visible(server: string, tool: string): boolean {
    const filter = this.servers.get(server)?.manifest.tools;
    if (filter?.deny?.includes(tool) || (filter?.allow && !filter.allow.includes(tool))) return false;
    return this.changes === "report" || !this.#unapproved.get(server)?.has(tool);
  }

  /** Why this principal may not call the tool; undefined when it may. */
  refusal(server: string, tool: string, principal: Principal): string | undefined {
    if (!mayCall(principal, server, tool)) return `the token does not allow the tool ${tool} of ${server}`;
    if (this.visible(server, tool)) return undefined;
    return this.#unapproved.get(server)?.has(tool)
      ? `the definition of the tool ${tool} of ${server} has changed and is not approved yet`
      : `the manifest of ${server} does not offer the tool ${tool}`;
  }

  /**
   * Takes note of a page of tools/list, and removes from it what the principal must not see. What a server shows first
   * is approved as a whole: from a page of more, nothing follows until the gateway has seen all of them.
   * @param request tools/list
   * @returns the answer as it came when nothing is to be removed
   */
  filter(server: string, principal: Principal, request: RequestFrame, answer: ResponseFrame): ResponseFrame {
    const { result } = answer;
    const tools = result?.tools;
    if (!Array.isArray(tools)) return answer;
    const whole = request.at("params", "cursor") === undefined && result?.nextCursor === undefined;
    if (whole || this.approvals.knows(server)) this.review(server, tools.filter(isObject));
    else this.look(server);
    const kept = tools.filter(
      (tool) => isObject(tool) && this.refusal(server, textOr(tool.name, ""), principal) === undefined,
    );
    // A list written twice, or in other case, is one that some other reader would take instead of the one checked here.
    const lists = answer.keys("result").filter((key) => key.toLowerCase() === "tools");
    if (lists.length > 1) {
      const rest = Object.entries(result ?? {}).filter(([key]) => key.toLowerCase() !== "tools");
      return answer.replace({ path: ["result"], json: JSON.stringify({ ...Object.fromEntries(rest), tools: kept }) });
    }
    if (kept.length === tools.length) return answer;
    return answer.replace({ path: ["result", "tools"], json: JSON.stringify(kept) });
  }

  /** Compares definitions with the approved ones; those seen first are approved. */
  review(server: string, tools: JsonObject[]): ToolReport[] {
    const seen = tools.map((definition) => {
      return { name: textOr(definition.name, ""), digest: toolDigest(definition), definition };
    });
    if (!this.approvals.knows(server)) {
      this.approvals.approve(server, Object.fromEntries(seen.map(({ name, digest }) => [name, digest])));
    }
    const unapproved = this.#unapproved.get(server) ?? new Map<string, string>();
    this.#unapproved.set(server, unapproved);
    const reports = seen.map((tool) => ({ ...tool, approval: this.approvals.state(server, tool.name, tool.digest) }));
    // A name that is there twice is approved when both of its definitions are.
    const differing = new Map(
      reports.flatMap((one) => (one.approval === "approved" ? [] : [[one.name, one] as const])),
    );
    for (const { name } of seen) if (!differing.has(name)) unapproved.delete(name);
    for (const [name, { digest, approval }] of differing) {
      if (unapproved.get(name) === digest) continue;
      unapproved.set(name, digest);
      this.events.emit("tools.changed", server, { tool: name, approval, digest, blocked: this.changes === "block" });
    }
    return reports.map((report) => ({ ...report, visible: this.visible(server, report.name) }));
  }

  /** Makes these the approved definitions. */
  approve(server: string, tools: JsonObject[]): ToolReport[] {
    this.approvals.approve(server, Object.fromEntries(tools.map((tool) => [textOr(tool.name, ""), toolDigest(tool)])));
    this.#unapproved.delete(server);
    this.events.emit("tools.approved", server, { tools: tools.length });
    return this.review(server, tools);
  }

  /** Tools whose definitions are not approved. */
  unapproved(server: string): string[] {
    return [...(this.#unapproved.get(server)?.keys() ?? [])];
  }

  forget(server: string): void {
    this.approvals.forget(server);
    this.#unapproved.delete(server);
  }
}
