import { isMapping } from "../../lib/mapping";
import { Label } from "../../manifest/container/labels";
import { labelsOf } from "../container";
import { containerPolicy } from "../define";
import { jsonMapping } from "../secrets";

/** Hosts whose TLS the proxy can end: those of HTTPS. */
const HTTPS = /^[^*:]+:443$/;

/** The secrets that a server has itself, while it reaches hosts to which the proxy could take them. */
function held(manifest: string): string[] {
  const { secrets, egress } = jsonMapping(manifest);
  const hosts = (Array.isArray(egress) ? egress : []).filter((host) => HTTPS.test(String(host)));
  if (hosts.length === 0 || !Array.isArray(secrets)) return [];
  const own = secrets.filter(isMapping).filter(({ inject, from }) => inject === undefined && from === undefined);
  return own.map(({ name }) => `the server has its secret ${String(name)} itself, and reaches ${hosts.join(", ")}`);
}

export const secretsAtTheProxy = containerPolicy({
  id: "secrets-at-the-proxy",
  title: "A key for a web API is at the egress proxy, not in the server.",
  severity: "low",
  level: "advisory",
  reason:
    "A server that is taken over gives away the keys that it has, and cannot give away one that it does not have.",
  fix: "say in the manifest where the key goes: secrets[].inject: {host, header}; what is no key for a web API stays as it is",
  references: ["OWASP MCP Top 10: MCP01", "OWASP Secrets Management cheat sheet"],
  check: ({ inputs }) => held(labelsOf(inputs)[Label.Manifest] ?? ""),
});
