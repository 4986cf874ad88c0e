import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditResult } from "../../api/audit-result";
import { Site } from "../support/orchestrator/gateway/gateway-site";
import { drive, type Results } from "./drive";
import type { Kind } from "./kinds";
import type { Step } from "./steps";

/** The gateway's two ways to a server: its own, and the one of all servers. */
export const PATHS = ["/servers/one/mcp", "/mcp"] as const;
export type Path = (typeof PATHS)[number];

const TOOLS = ["pid", "hang", "big"].map((name) => ({ name, inputSchema: { type: "object" } }));

/** The gateway with two real servers behind mcp-init, of the legacy era as most are, for clients one after the other. */
export class Matrix {
  private constructor(
    private readonly site: Site,
    private readonly folder: string,
  ) {}

  static async open(): Promise<Matrix> {
    const folder = mkdtempSync(join(tmpdir(), "mcp-clients-"));
    chmodSync(folder, 0o755); // the servers have a uid of their own
    const tools = join(folder, "tools.json");
    writeFileSync(tools, JSON.stringify({ tools: TOOLS }), { mode: 0o644 });
    const site = await Site.open();
    for (const name of ["one", "two"]) await site.stdio(name, { command: ["--era", "legacy", "--tools", tools] });
    return new Matrix(site, folder);
  }

  /** One client on one path. A call that it cancelled has to be cancelled at the gateway too. */
  async run({ command, bridge, options = {}, lacks = {} }: Kind, path: Path): Promise<Results> {
    const url = `${this.site.test.url}${path}`;
    const { audited } = this.site.test;
    const begin = audited.length;
    const task = { url, command: bridge?.(url), prefix: path === "/mcp" ? "one__" : "", options };
    let lost = 0;
    const results = await drive(command, task, this.folder, () => {
      lost += this.#endSessions();
    });
    if (results.lost.ok && lost === 0) results.lost.note = "it has none";
    const hung = audited.slice(begin).filter(({ tool }) => tool?.endsWith("hang"));
    if (results.cancel.ok && !results.cancel.absent && !hung.some(({ result }) => result === AuditResult.Cancelled)) {
      const got = hung.map(({ result }) => result).join(", ") || "nothing";
      results.cancel = { step: "cancel", ok: false, note: `the gateway's audit says of the call: ${got}` };
    }
    for (const [step, note] of Object.entries(lacks) as [Step, string][]) {
      if (!results[step].ok) results[step] = { step, ok: true, absent: true, note };
    }
    this.#endSessions();
    return results;
  }

  async close(): Promise<void> {
    await this.site.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As `DELETE /v1/sessions/ID` does. Returns how many there were. */
  #endSessions(): number {
    const { gateway } = this.site;
    return gateway.sessions().filter(({ id }) => gateway.endSession(id)).length;
  }
}
