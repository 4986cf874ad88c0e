import { Label } from "../../../../manifest/container/labels";
import { bad, one } from "../../../support/policy/case";
import { container, type Given } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const server = (manifest: Record<string, unknown>): Given =>
  container({ labels: [{ label: Label.Manifest, value: JSON.stringify(manifest) }] });
const egress = ["api.example.com:443"];

testPolicy("secrets-at-the-proxy", {
  passes: [
    one("a container that is no server", container()),
    one("no secret", server({ egress, secrets: [] })),
    one("at the proxy", server({ egress, secrets: [{ name: "k", inject: { host: egress[0], header: "X-Key" } }] })),
    one("of a shared service", server({ egress, secrets: [{ name: "k", from: "redis.k" }] })),
    one("no way out", server({ egress: [], secrets: [{ name: "k" }] })),
    one("for what is no web API", server({ egress: ["mail.example.com:587"], secrets: [{ name: "k" }] })),
    one("a label that is none", container({ labels: [{ label: Label.Manifest, value: "{" }] })),
  ],
  fails: [
    bad(
      "in the server",
      /has its secret k itself, and reaches api\.example\.com:443/,
      server({ egress, secrets: [{ name: "k" }] }),
    ),
  ],
});
