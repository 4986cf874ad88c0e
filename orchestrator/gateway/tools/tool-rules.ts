import type { OrchestratorConfig } from "../../../config/orchestrator-config";
import { isMapping } from "../../../lib/mapping";
import type { Events } from "../../events";
import { mayCall } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { Servers } from "../../servers/server-info";
import { mend } from "../aggregate/mend";
import { GatewayError, type ToolReport } from "../gateway-api";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, textOr } from "../wire/json-rpc";
import type { ApprovedDefinitions } from "./approved-definitions";
import type { ToolApprovals } from "./tool-approvals";
import { toolDigest } from "./tool-digest";

/** Most tools of one server that `leftOut` is told of. */
const TOLD = 50;

/** Decides who may see and call which tools, by the manifest's filter, the token's filter, and the tools' approval. */
export class ToolRules {
  /** Digests of definitions that are not approved, as last seen, by server and tool. */
  readonly #unapproved = new Map<string, Map<string, string>>();
  /** Tools that `leftOut` was told of, by server. */
  readonly #told = new Map<string, Set<string>>();

  constructor(
    private readonly servers: Servers,
    private readonly approvals: ToolApprovals,
    private readonly definitions: ApprovedDefinitions,
    private readonly changes: OrchestratorConfig["toolChanges"],
    private readonly events: Events,
    private readonly look: (server: string) => void,
    /** Told once of each tool that its server's list is passed on without, and why. */
    private readonly leftOut: (server: string, tool: string, problem: string) => void = () => {},
  ) {}

  /** True when the manifest lets clients see the tool, and no unapproved change hides it. */
  visible(server: string, tool: string): boolean {
    const filter = this.servers.get(server)?.manifest.tools;
    if (filter?.deny?.includes(tool) || (filter?.allow && !filter.allow.includes(tool))) return false;
    return this.changes === "report" || !this.#isUnapproved(server, tool);
  }

  /** Returns why this principal may not call the tool; undefined when it may. */
  refusal(server: string, tool: string, principal: Principal): string | undefined {
    if (!mayCall(principal, this.#ruling(server), tool))
      return `the token does not allow the tool ${tool} of ${server}`;
    if (this.visible(server, tool)) return undefined;
    return this.#isUnapproved(server, tool)
      ? `the definition of the tool ${tool} of ${server} has changed and is not approved yet`
      : `the manifest of ${server} does not offer the tool ${tool}`;
  }

  /** The server whose rules hold: of a throwaway copy its original, or a copy would be a way round them. */
  #ruling(server: string): string {
    return this.servers.get(server)?.copyOf ?? server;
  }

  #isUnapproved(server: string, tool: string): boolean {
    return [server, this.#ruling(server)].some((one) => this.#unapproved.get(one)?.has(tool));
  }

  /**
   * Reviews a page of tools/list, removes the tools that the principal must not see, and mends those for which a client
   * would refuse the whole list, as /mcp does. A server's first list is approved as a whole, as the server wrote it. So
   * for a server that is not known yet, a page that is not the whole list approves nothing: the gateway asks for all
   * pages itself.
   * @param request the client's tools/list
   * @returns the answer itself when no tool has to be removed or mended
   */
  filter(server: string, principal: Principal, request: RequestFrame, answer: ResponseFrame): ResponseFrame {
    const result = answer.exact("result");
    if (!isMapping(result) || !Array.isArray(result.tools)) return answer;
    const { tools } = result;
    const whole = request.at("params", "cursor") === undefined && result.nextCursor === undefined;
    if (whole || this.approvals.knows(server)) this.review(server, tools.filter(isMapping));
    else this.look(server);
    const kept = tools.flatMap((tool) => {
      const isShown = isMapping(tool) && this.refusal(server, textOr(tool.name, ""), principal) === undefined;
      return isShown ? this.#mended(server, tool) : [];
    });
    // With two keys like "tools" and "Tools", the client's parser may read the list that was not filtered here.
    const lists = answer.keys("result").filter((key) => key.toLowerCase() === "tools");
    if (lists.length > 1) {
      const rest = Object.entries(result).filter(([key]) => key.toLowerCase() !== "tools");
      return answer.replace({ path: ["result"], json: JSON.stringify({ ...Object.fromEntries(rest), tools: kept }) });
    }
    if (kept.length === tools.length && kept.every((tool, at) => tool === tools[at])) return answer;
    return answer.replace({ path: ["result", "tools"], json: JSON.stringify(kept) });
  }

  /** Returns the tool as clients accept it, in a list; an empty one when it cannot be mended. */
  #mended(server: string, tool: JsonObject): JsonObject[] {
    const mended = mend("tools/list", tool);
    if ("item" in mended) return [mended.item];
    const name = textOr(tool.name, "");
    const told = this.#told.get(server) ?? new Set();
    this.#told.set(server, told);
    if (told.has(name) || told.size === TOLD) return [];
    told.add(name);
    this.leftOut(server, name, mended.problem);
    return [];
  }

  /** Compares definitions with the approved ones, and reports changes. Approves a server's first list. */
  review(server: string, tools: JsonObject[]): ToolReport[] {
    const seen = tools.map((definition) => {
      return { name: textOr(definition.name, ""), digest: toolDigest(definition), definition };
    });
    if (!this.approvals.knows(server)) {
      this.approvals.approve(server, Object.fromEntries(seen.map(({ name, digest }) => [name, digest])));
      this.definitions.keep(server, byName(tools));
    }
    const unapproved = this.#unapproved.get(server) ?? new Map<string, string>();
    this.#unapproved.set(server, unapproved);
    const reports = seen.map((tool) => ({ ...tool, approval: this.approvals.state(server, tool.name, tool.digest) }));
    // Approved before definitions were kept, or by a page of the list.
    if (!this.definitions.knows(server)) {
      const approved = reports.filter(({ approval }) => approval === "approved");
      this.definitions.keep(server, byName(approved.map(({ definition }) => definition)));
    }
    // Of two definitions with one name, both must be approved.
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

  /** Reviews all of a server's tools, and puts beside each changed definition the approved one. */
  compared(server: string, tools: JsonObject[]): ToolReport[] {
    const reports = this.review(server, tools);
    if (!reports.some(({ approval }) => approval === "changed")) return reports;
    const approved = this.definitions.of(server);
    return reports.map((report) => {
      const known = report.approval === "changed" && Object.hasOwn(approved, report.name);
      return known ? { ...report, approvedDefinition: approved[report.name] } : report;
    });
  }

  /**
   * Approves definitions.
   * @param tools all that the server has
   * @param only digests by name: approves these tools alone, as somebody has seen them; else all, in place of earlier ones
   * @throws GatewayError 409 when one of them is not there, or is another by now: then none is approved
   */
  approve(server: string, tools: JsonObject[], only?: Record<string, string>): ToolReport[] {
    const wanted = only ? seenOf(server, tools, only) : tools;
    const digests = Object.fromEntries(wanted.map((tool) => [textOr(tool.name, ""), toolDigest(tool)]));
    const isKept = this.approvals.approve(server, only ? { ...this.approvals.of(server), ...digests } : digests);
    this.definitions.keep(server, byName(wanted), only !== undefined);
    for (const name of this.unapproved(server))
      if (!only || Object.hasOwn(only, name)) this.#unapproved.get(server)?.delete(name);
    this.events.emit("tools.approved", server, { tools: wanted.length });
    if (!isKept) {
      const words = `the tools of ${server} are approved until the orchestrator starts again: its disk does not take the approval`;
      throw new GatewayError(507, ErrorCode.Internal, words);
    }
    return this.compared(server, tools);
  }

  /** Returns the names of the tools whose definitions are not approved. */
  unapproved(server: string): string[] {
    return [...(this.#unapproved.get(server)?.keys() ?? [])];
  }

  forget(server: string): void {
    this.approvals.forget(server);
    this.definitions.forget(server);
    this.#unapproved.delete(server);
    this.#told.delete(server);
  }
}

function byName(tools: JsonObject[]): Record<string, JsonObject> {
  return Object.fromEntries(tools.map((tool) => [textOr(tool.name, ""), tool]));
}

/** Returns the tools of these digests. @throws GatewayError 409 */
function seenOf(server: string, tools: JsonObject[], digests: Record<string, string>): JsonObject[] {
  return Object.entries(digests).flatMap(([name, digest]) => {
    const named = tools.filter((tool) => tool.name === name);
    if (named.length > 0 && named.every((tool) => toolDigest(tool) === digest)) return named;
    const got = named.length === 0 ? "no such tool" : "another definition by now";
    const words = `${server}: got ${got} for ${JSON.stringify(name.slice(0, 100))}, expected the digest ${digest}: look at it again`;
    throw new GatewayError(409, ErrorCode.InvalidRequest, words);
  });
}
