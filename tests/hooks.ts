import { removeFaultsFleet } from "./integration/support/faults-fleet";
import { removeFleet } from "./integration/support/fleet";
import { removeGatewayFleet } from "./integration/support/gateway-fleet";
import { sweep } from "./integration/support/sweep";

/** Before all tests: remove what a killed earlier run left. After all: the shared fleets go, without remains. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(120_000);
    await sweep();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(360_000);
    await removeFleet();
    await removeGatewayFleet();
    await removeFaultsFleet();
  },
};
