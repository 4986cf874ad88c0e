import { PROXY } from "../egress-hosts";
import { TRUST_FOLDER } from "../proxy/key-folders";
import type { Manifest } from "../types";

const URL = `http://${PROXY.host}:${PROXY.port}`;
/** Hosts to reach without the proxy. The proxy itself is one, for programs that speak to it on their own. */
const DIRECT = ["localhost", "127.0.0.1", PROXY.host];

/**
 * Where programs read whom they may trust, when the proxy ends TLS for them: `ca.pem` is its authority alone, for those that add
 * it to their own list; `bundle.pem` that and Debian's list, for those that take it in place of theirs.
 */
const TRUST: Record<string, string> = {
  NODE_EXTRA_CA_CERTS: `${TRUST_FOLDER}/ca.pem`,
  DENO_CERT: `${TRUST_FOLDER}/ca.pem`,
  SSL_CERT_FILE: `${TRUST_FOLDER}/bundle.pem`, // OpenSSL, Python's ssl and httpx, Go, Ruby, Rust's native roots
  REQUESTS_CA_BUNDLE: `${TRUST_FOLDER}/bundle.pem`,
  CURL_CA_BUNDLE: `${TRUST_FOLDER}/bundle.pem`,
  GIT_SSL_CAINFO: `${TRUST_FOLDER}/bundle.pem`,
  AWS_CA_BUNDLE: `${TRUST_FOLDER}/bundle.pem`,
  PIP_CERT: `${TRUST_FOLDER}/bundle.pem`,
};

/** Options for Java's HTTP clients, which do not read HTTP_PROXY. Each JVM says on stderr that it picked these up. */
function javaOptions(direct: string[], trusts: boolean): string {
  const trust = `-Djavax.net.ssl.trustStore=${TRUST_FOLDER}/trust.p12 -Djavax.net.ssl.trustStoreType=PKCS12`;
  return [
    ...(trusts ? [trust] : []),
    ...["http", "https"].flatMap((scheme) => [
      `-D${scheme}.proxyHost=${PROXY.host}`,
      `-D${scheme}.proxyPort=${PROXY.port}`,
    ]),
    `-Dhttp.nonProxyHosts=${direct.join("|")}`, // for https as well
  ].join(" ");
}

/** Hosts that a server reaches in its own network, without the proxy. */
export function neighbours({ services, uses }: Pick<Manifest, "services" | "uses">): string[] {
  return [...services.map(({ name }) => name), ...uses];
}

/**
 * Returns the environment of a server that has a way out: its own, and variables that lead programs to the proxy.
 * @param env the manifest's; it may switch off Node's use of the proxy, and its Java options come after ours
 * @param trusts whether it trusts the proxy's authority: the proxy keeps keys of its
 * @param beside more hosts to reach without the proxy: those of `neighbours`
 */
export function proxyEnvironment(
  env: Record<string, string>,
  beside: string[] = [],
  trusts = false,
): Record<string, string> {
  const direct = [...DIRECT, ...beside];
  const java = javaOptions(direct, trusts);
  const proxy = { HTTP_PROXY: URL, HTTPS_PROXY: URL, NO_PROXY: direct.join(",") };
  // Some programs read only the upper-case names, some only the lower-case ones.
  const both = Object.entries(proxy).flatMap(([name, value]) => [
    [name, value],
    [name.toLowerCase(), value],
  ]);
  return {
    NODE_USE_ENV_PROXY: "1", // Node 22.21 and newer, 24 and newer: without it fetch knows no proxy
    ...(trusts ? TRUST : {}),
    ...env,
    JAVA_TOOL_OPTIONS: env.JAVA_TOOL_OPTIONS ? `${java} ${env.JAVA_TOOL_OPTIONS}` : java,
    ...Object.fromEntries(both),
  };
}
