import type { Target } from "../clients/gateway-client";
import { copyCatalog } from "./catalog";
import { addFixtures } from "./fixture-catalog";
import { sharedFleet } from "./fleet";
import { setConfig } from "./stack";

/** The fleet of the gateway's tests: the conformance fixture in all its forms. */
export const theGatewayFleet = sharedFleet("gateway", "DIND_MCP_TEST_GATEWAY_FLEET", async (stack) => {
  const catalog = await copyCatalog(stack);
  await addFixtures(catalog);
  await setConfig(stack, { catalog: [catalog] });
});

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
