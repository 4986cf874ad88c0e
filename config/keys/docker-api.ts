import { z } from "zod";
import { whole } from "../../lib/schema-parts";
import { key } from "../key";
import { list, port, some } from "../parts";
import { PORTS } from "../ports";

const AUTHORITIES = "one number, or two of which the second is greater";
const authorities = z
  .array(whole(1, 1_000_000), "a list of numbers")
  .refine(
    ([first = 0, second = Number.POSITIVE_INFINITY, ...more]) => first > 0 && second > first && more.length === 0,
    AUTHORITIES,
  );

/** The engine's Docker API. */
export const dockerApiKeys = {
  dockerTlsPort: key(port.default(12376), {
    meaning: "Host port of the engine's Docker API, with mutual TLS.",
    example: 12476,
  }),
  tlsNames: key(list(some).default([]), {
    kind: "list of texts",
    meaning: "More DNS names and IP addresses for the engine's server certificate.",
    example: ["engine.example.com", "192.0.2.7"],
  }),
  tlsAuthorities: key(authorities.default([1]), {
    kind: "list of numbers",
    meaning: "The authorities of the engine's certificates: another number is another authority.",
    more: "With two, clients of both are taken and the server keeps its certificate of the first. `bin/dind-mcp rotate ca` sets it.",
    example: [1, 2],
  }),
  dockerPort: key(port.default(PORTS.docker), {
    meaning: "Host port of the engine's Docker API without TLS.",
    example: 12475,
  }),
  dockerApi: key(z.enum(["read-only", "full", "off"], "read-only, full or off").default("read-only"), {
    meaning: "What `dockerPort` serves: harmless GETs; everything, to anybody; nothing.",
    more: "`full` wants a `bindAddress` that is loopback.",
    example: "off",
    orchestrator: "dockerApi",
  }),
};
