import { removeFleet } from "./integration/support/fleet";
import { sweep } from "./integration/support/sweep";

/** Before all tests: remove what a killed earlier run left. After all: the shared fleet goes, without remains. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(120_000);
    await sweep();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(180_000);
    await removeFleet();
  },
};
