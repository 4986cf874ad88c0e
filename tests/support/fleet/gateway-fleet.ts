import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Target } from "../clients/gateway-client";
import { copyCatalog } from "./catalog";
import { addFixtures } from "./fixture-catalog";
import { enter, type Fleet } from "./fleet";
import { createStack, mustPulumi, removeStack, setConfig, type TestStack } from "./stack";

let shared: Promise<Fleet> | undefined;
let created: TestStack | undefined;

/**
 * The fleet of the gateway's tests: the conformance fixture in all its forms, brought up by the first test that asks for it.
 *
 * For writing tests, DIND_MCP_TEST_GATEWAY_FLEET names a file: the fleet is kept, and taken up again by the next run.
 */
export function theGatewayFleet(): Promise<Fleet> {
  shared ??= (async () => {
    const kept = process.env.DIND_MCP_TEST_GATEWAY_FLEET;
    if (kept && existsSync(kept)) return enter(JSON.parse(await readFile(kept, "utf8")) as TestStack);
    const stack = await createStack("gateway");
    if (!kept) created = stack;
    const catalog = await copyCatalog(stack);
    await addFixtures(catalog);
    await setConfig(stack, { catalog: [catalog] });
    await mustPulumi(stack, "up");
    if (kept) await writeFile(kept, JSON.stringify(stack));
    return enter(stack);
  })();
  return shared;
}

/** Removes it, if there is one. @throws Error when `destroy` failed or left something behind */
export async function removeGatewayFleet(): Promise<void> {
  if (created) await removeStack(created);
}

/**
 * The gateway of that fleet: one server's own URL, or all servers behind one.
 *
 * For writing the gateway, DIND_MCP_TEST_GATEWAY is the base URL of one that has the same servers; no stack is needed then.
 */
export async function gatewayTarget(server?: string): Promise<Target> {
  const path = server ? `/servers/${server}/mcp` : "/mcp";
  const given = process.env.DIND_MCP_TEST_GATEWAY;
  if (given) return { url: `${given}${path}`, token: "none" };
  const { endpoints, tokens } = (await theGatewayFleet()).outputs;
  if (!tokens.mcp) throw new Error("the stack has no token named mcp");
  return { url: `${endpoints.api}${path}`, token: tokens.mcp };
}
