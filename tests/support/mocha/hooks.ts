import { removeFaultsFleet } from "../fleet/faults-fleet";
import { removeFleet } from "../fleet/fleet";
import { removeGatewayFleet } from "../fleet/gateway-fleet";
import { sweep } from "../fleet/sweep";

/** Before all tests: remove what a killed earlier run left. After all: the shared fleets go, without remains. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(120_000);
    await sweep();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(360_000);
    // Side by side, for most of it is waiting; and one that fails keeps no other from going.
    const gone = await Promise.allSettled([removeFleet(), removeGatewayFleet(), removeFaultsFleet()]);
    const failed = gone.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    if (failed.length > 0) throw new Error(failed.map(String).join("\n"));
  },
};
