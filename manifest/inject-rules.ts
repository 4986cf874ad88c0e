import { isIPv4 } from "node:net";
import type { Finding } from "../lib/findings";
import { PUBLIC, parseEgress, WEB_PORTS } from "./egress-hosts";
import { isRemote } from "./remote";
import type { Checked } from "./secret-rules";

/** Headers that say where a request goes, how long it is or how it travels (RFC 9110, RFC 9112): no key belongs there. */
const OF_TRANSPORT =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|via|forwarded|x-forwarded-.*|keep-alive|expect|max-forwards|proxy-.*)$/i;

function hostFinding(host: string, egress: string[]): Omit<Finding, "path"> | undefined {
  const target = parseEgress(host);
  const got = JSON.stringify(host);
  if (typeof target === "string") return { got, expected: "a host and port, like api.example.com:443" };
  if (target.wildcard) return { got, expected: "one host, without a wildcard: a key is for one place" };
  if (isIPv4(target.host)) return { got, expected: "a DNS name: the authority's certificates name hosts" };
  const isPublic = egress.includes(PUBLIC) && WEB_PORTS.includes(target.port) && !target.isPrivate;
  if (egress.includes(host) || isPublic) return undefined;
  return { got, expected: "a host of egress", fix: `add it there: egress: [${[...egress, host].join(", ")}]` };
}

/** Secrets that the egress proxy keeps: for a host that the server may reach, in a header that nothing else decides. */
export function injectedSecrets({ secrets = [], egress = [], services = [], transport }: Checked): Finding[] {
  const kept = secrets.flatMap(({ inject, ...secret }, index) => (inject ? [{ ...secret, inject, index }] : []));
  if (kept.length === 0) return [];
  const companions = services.flatMap((service, index): Finding[] => {
    const expected = "none: what leaves by the same proxy could use the server's keys (secrets[].inject)";
    return service.egress ? [{ path: ["services", index, "egress"], got: "true", expected }] : [];
  });
  const findings = kept.flatMap(({ inject, from, index }, at): Finding[] => {
    const path = ["secrets", index, "inject"];
    if (transport && isRemote({ transport }))
      return [{ path, got: "a mapping", expected: "nothing: the server has no requests here", fix: "use headers" }];
    const host = hostFinding(inject.host, egress);
    const header = inject.header.toLowerCase();
    const other = kept.slice(0, at).some(({ inject: { host, header: taken } }) => {
      return host === inject.host && taken.toLowerCase() === header;
    });
    const ca = secrets.find(({ name }) => name === inject.ca?.secret);
    return [
      ...(inject.ca && (!ca || ca.inject)
        ? [
            {
              path: [...path, "ca"],
              got: JSON.stringify(inject.ca.secret),
              expected: "a secret of the server that it has itself",
            },
          ]
        : []),
      ...(host ? [{ ...host, path: [...path, "host"] }] : []),
      ...(from === undefined ? [] : [{ path, got: "inject and from", expected: "one of them" }]),
      ...(OF_TRANSPORT.test(header)
        ? [{ path: [...path, "header"], got: JSON.stringify(inject.header), expected: "a header that can hold a key" }]
        : []),
      ...(other
        ? [{ path: [...path, "header"], got: `${JSON.stringify(inject.header)} again`, expected: "one key a header" }]
        : []),
    ];
  });
  return [...companions, ...findings];
}
