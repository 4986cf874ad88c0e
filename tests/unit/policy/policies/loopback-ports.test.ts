import { bad, one, port } from "../../../support/policy/case";
import { container, INNER, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("loopback-ports", {
  passes: [
    one("loopback", port("127.0.0.9")),
    one("loopback of IPv6", port("::1")),
    one("not known yet", container({ ports: [{ internal: 1, external: 1, ip: LATER }] })),
    one("inside the engine", port("0.0.0.0", 80, { host: INNER })),
    one("an allowed address", port("10.1.2.3"), { allowedAddresses: ["10.1.0.0/16"] }),
  ],
  fails: [
    bad("every address", /port 80 is published on 0\.0\.0\.0/, port("0.0.0.0")),
    bad("no address said", /port 80 is published on 0\.0\.0\.0/, port(undefined)),
    bad("another than is allowed", /10\.2\.0\.1/, port("10.2.0.1"), { allowedAddresses: ["10.1.0.0/16"] }),
    bad("all of them", /publishAllPorts/, container({ publishAllPorts: true })),
    bad("no address, as text", /port 80 is published on/, port("")),
    bad("every address of IPv6", /on ::,/, port("::")),
    bad("of IPv4 in IPv6", /::ffff:10\.0\.0\.1/, port("::ffff:10.0.0.1")),
    bad("on another machine, by ssh", /0\.0\.0\.0/, port("0.0.0.0", 80, { host: "ssh://root@server" })),
  ],
});
