import { z } from "zod";
import { key } from "../key";
import { list, port, some } from "../parts";
import { PORTS } from "../ports";

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
