import { makeCertificates } from "../support/hosts/certificates";
import { HOST, PATIENCE } from "../support/hosts/host";
import { engineLog, makeSurroundings, removeAll } from "../support/hosts/outer";
import { lifecycleChecks } from "./checks/lifecycle";
import { networkChecks } from "./checks/network";
import { outerChecks } from "./checks/outer";
import { serverChecks } from "./checks/servers";

/** The engine and servers on one host. The checks build on each other, in order: a machine is slow to boot. */
describe(`engine and servers on ${HOST.machine}`, () => {
  before(async function () {
    this.timeout(PATIENCE);
    await makeCertificates(HOST.work);
    await makeSurroundings();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(await engineLog());
  });

  after(async function () {
    this.timeout(PATIENCE);
    await removeAll();
  });

  outerChecks();
  serverChecks();
  networkChecks();
  lifecycleChecks();
});
