// A gateway in a process of its own: node gateway-child.js '{"servers": {NAME: [ADDRESS, CHANGES]}, "config": {}}'. Prints its URL.
import { startGateway } from "./gateway";
import { manifestOf } from "./gateway-manifest";
import type { ChildOptions } from "./gateway-process";

const { servers, config } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
void startGateway(config).then((test) => {
  for (const [name, [address, changes]] of Object.entries(servers))
    test.servers.set(name, address, manifestOf(changes));
  console.log(test.url);
});
