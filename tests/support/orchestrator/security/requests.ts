import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { OrchestratorConfig } from "../../../../config/orchestrator-config";
import { type ConfigChanges, testConfig } from "../../config/orchestrator-config";

/** A request as Node's parser would make it, from `Name: value` lines. */
export function request(lines: string[], url = "/mcp", address = "172.30.0.1"): IncomingMessage {
  const message = new IncomingMessage(Object.defineProperty(new Socket(), "remoteAddress", { value: address }));
  message.url = url;
  message.method = "POST";
  for (const line of lines) {
    const at = line.indexOf(":");
    message.rawHeaders.push(line.slice(0, at), line.slice(at + 1).trim());
  }
  return message;
}

export function config(changes: ConfigChanges = {}): OrchestratorConfig {
  return testConfig({ allowedHosts: ["127.0.0.1", "localhost", "::1", "mcp.example.org"], ...changes });
}
