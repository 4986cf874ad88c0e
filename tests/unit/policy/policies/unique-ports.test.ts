import { port } from "../../../support/policy/case";
import { container, INNER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("unique-ports", {
  passes: [
    { what: "two ports", given: [port("127.0.0.1", 1), port("127.0.0.1", 2)] },
    { what: "two addresses", given: [port("127.0.0.1"), port("127.0.0.2")] },
    { what: "two machines", given: [port("127.0.0.1"), port("127.0.0.1", 80, { host: INNER })] },
    {
      what: "two protocols",
      given: ["tcp", "udp"].map((protocol) => container({ ports: [{ internal: 5, external: 5, protocol }] })),
    },
    { what: "every address of IPv4, and one of IPv6", given: [port("0.0.0.0"), port("::1")] },
  ],
  fails: [
    { what: "the same", given: [port("127.0.0.1"), port("127.0.0.1")], says: /publishes port 80\/tcp, as mcp-good/ },
    { what: "every address and one", given: [port("0.0.0.0"), port("127.0.0.1")], says: /port 80/ },
    { what: "no address said, and one", given: [port("127.0.0.1"), port(undefined)], says: /port 80/ },
    {
      what: "two providers of one engine",
      given: [port("127.0.0.1", 80, { host: INNER }), port("127.0.0.1", 80, { host: INNER })],
      says: /port 80/,
    },
  ],
});
