// A gateway in a process of its own, for tests that kill it: node gateway-child.js SOCKET WARM. Prints its URL.
import { startGateway } from "./gateway";
import { manifestOf } from "./gateway-manifest";

const [, , socket = "", warmPool = "0"] = process.argv;
void startGateway().then(({ servers, url }) => {
  const sessions = { max: 64, warmPool: Number(warmPool) };
  servers.set("one", { type: "stdio", socket }, manifestOf({ sessions }));
  console.log(url);
});
