import assert from "node:assert/strict";
import { ServerStatus } from "../../../../../api/server-status";
import { MergedLists, type ServerPart } from "../../../../../orchestrator/gateway/aggregate/merged-lists";
import type { GatewayContext } from "../../../../../orchestrator/gateway/context";
import type { Principal } from "../../../../../orchestrator/security/principal";

const ANYBODY: Principal = { name: "one", scopes: new Set(["mcp"]) };

describe("gateway: merged lists, while servers come and go", () => {
  const statuses = new Map<string, ServerStatus>();
  const asked: string[] = [];
  const context = {
    servers: { list: () => [...statuses].map(([name, status]) => ({ name, status })) },
    rules: { refusal: () => undefined },
    observer: {},
    warn: () => {},
  } as unknown as GatewayContext;
  const part = (name: string): ServerPart => {
    asked.push(name);
    const items = [{ name, shown: `${name}__tool`, json: JSON.stringify({ name: `${name}__tool` }) }];
    return { lists: { kept: () => ({ items, outdated: false }) } } as unknown as ServerPart;
  };

  it("leave out a server that is being removed or stopped, and do not ask it; others stay, whatever their health", async () => {
    for (const status of Object.values(ServerStatus)) statuses.set(status, status);
    const text = await new MergedLists(context, part).list("tools/list", ANYBODY);
    const { tools, _meta: missing } = JSON.parse(`{${text}}`) as { tools: { name: string }[]; _meta?: object };
    const there = ["restarting", "running", "starting", "unhealthy"];
    assert.deepEqual(
      tools.map(({ name }) => name),
      there.map((name) => `${name}__tool`),
    );
    assert.equal(missing, undefined);
    assert.deepEqual(asked, there);
  });
});
