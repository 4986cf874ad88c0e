import { copyCatalog } from "./catalog";
import { sharedFleet } from "./fleet";
import { setConfig } from "./stack";

/** A stack with the files server that tests change as they like, one file after the other. */
export const theChangesFleet = sharedFleet("changes", "DIND_MCP_TEST_CHANGES_FLEET", async (stack) => {
  const catalog = await copyCatalog(stack, "files", "postgres");
  await setConfig(stack, { servers: ["files"], catalog: [catalog] });
});
