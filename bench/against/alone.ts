/**
 * The gateway with all that stands before and behind it (front, tokens, audit log, metrics) in a process of its own, with one
 * stdio server: no engine, no published ports. Usage: alone SOCKET FOLDER; prints its port. The token is in BENCH_TOKEN.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Registry } from "prom-client";
import { Scope } from "../../api/scopes";
import { AuditLog } from "../../orchestrator/audit/audit-log";
import { Events } from "../../orchestrator/events";
import { McpGateway } from "../../orchestrator/gateway/gateway";
import { Front } from "../../orchestrator/http/front";
import { createLog } from "../../orchestrator/log";
import { CallMetrics } from "../../orchestrator/metrics/call-metrics";
import { AccessGuard } from "../../orchestrator/security/guard";
import { testConfig } from "../../tests/support/config/orchestrator-config";
import { FixedServers } from "../../tests/support/orchestrator/gateway/gateway";
import { manifestOf } from "../../tests/support/orchestrator/gateway/gateway-manifest";

async function main(): Promise<void> {
  const [socket, folder] = process.argv.slice(2) as [string, string];
  const config = testConfig({ publicUrl: "http://127.0.0.1", allowedHosts: ["127.0.0.1"] });
  const { limits, publicUrl } = config;
  const log = createLog("warn");
  const warn = (message: string, error?: Error): void => log.warn({ error }, message);
  const audit = new AuditLog({ ...config.audit, folder: join(folder, "audit"), warn });
  const observer = new CallMetrics(new Registry());
  const servers = new FixedServers();
  const gateway = new McpGateway({
    ...{ config, servers, audit, observer, warn },
    events: new Events((error) => warn("an event", error)),
    approvalsFile: join(folder, "approved.json"),
  });
  const sha256 = createHash("sha256")
    .update(process.env.BENCH_TOKEN ?? "")
    .digest("hex");
  const guard = new AccessGuard({ config, tokens: [{ name: "bench", sha256, scopes: [Scope.Mcp] }] });
  const front = new Front({ guard, gateway, audit, log, limits, publicUrl });
  servers.set("echo", { type: "stdio", socket }, manifestOf({ sessions: { max: 64 } }));
  console.log(await front.listen(0, "127.0.0.1"));
}

void main();
