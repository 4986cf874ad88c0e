import { z } from "zod";
import { pattern } from "../../lib/schema-parts";
import { PUBLIC, parseEgress } from "../../manifest/egress-hosts";
import { key } from "../key";
import { list, text } from "../parts";

const hostPort = text.superRefine((written, context) => {
  const target = written === PUBLIC ? "host:port; public hosts need nothing here" : parseEgress(written);
  const expected = typeof target === "string" ? target : target.wildcard ? "one host, without a wildcard" : undefined;
  if (expected !== undefined) context.addIssue({ code: "custom", message: expected });
});

/** Hosts of private networks. */
export const privateHostKeys = {
  privateHosts: key(
    z
      .record(pattern(/^[a-z0-9][a-z0-9-]*$/, "a server's name"), list(hostPort), "a mapping of servers to host:port")
      .default({}),
    {
      kind: "mapping SERVER to list",
      meaning: "Hosts of private networks that servers of the catalog may reach.",
      more: "Each is in the manifest's `egress` too. A change replaces the engine container; servers come back.",
      see: "[Private hosts](manifests.md#private-hosts)",
      example: { mongodb: ["db.lan:27017"], kubernetes: ["192.168.1.5:6443"] },
    },
  ),
};
