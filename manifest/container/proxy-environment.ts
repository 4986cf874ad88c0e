import { PROXY } from "../egress-hosts";
import type { Manifest } from "../types";

const URL = `http://${PROXY.host}:${PROXY.port}`;
/** Hosts to reach without the proxy. The proxy itself is one, for programs that speak to it on their own. */
const DIRECT = ["localhost", "127.0.0.1", PROXY.host];

/** Options for Java's HTTP clients, which do not read HTTP_PROXY. Each JVM says on stderr that it picked these up. */
function javaOptions(direct: string[]): string {
  return [
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
 * @param beside more hosts to reach without the proxy: those of `neighbours`
 */
export function proxyEnvironment(env: Record<string, string>, beside: string[] = []): Record<string, string> {
  const direct = [...DIRECT, ...beside];
  const java = javaOptions(direct);
  const proxy = { HTTP_PROXY: URL, HTTPS_PROXY: URL, NO_PROXY: direct.join(",") };
  // Some programs read only the upper-case names, some only the lower-case ones.
  const both = Object.entries(proxy).flatMap(([name, value]) => [
    [name, value],
    [name.toLowerCase(), value],
  ]);
  return {
    NODE_USE_ENV_PROXY: "1", // Node 22.21 and newer, 24 and newer: without it fetch knows no proxy
    ...env,
    JAVA_TOOL_OPTIONS: env.JAVA_TOOL_OPTIONS ? `${java} ${env.JAVA_TOOL_OPTIONS}` : java,
    ...Object.fromEntries(both),
  };
}
