import { hasUrlPassword } from "../../lib/url-password";

/** What decides where things are and how the network is reached. */
const KEPT =
  /^(PATH|HOME|DIND_MCP_(CACHE|STATE|DOCKER_SOCKET|MIRROR_PORT|MIRROR_PUSH_PORT)|PULUMI_(BACKEND_URL|CONFIG_PASSPHRASE_FILE)|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no|all)_proxy)$/i;

/** What a unit takes over from the environment that it is installed from. */
export interface UnitEnvironment {
  /** Sorted by name. */
  kept: Record<string, string>;
  /** Names of what is needed as well, and is a secret: everybody may read a unit. */
  secret: string[];
}

/** Parts an environment into what may stand in a unit, what may not, and the rest. */
export function unitEnvironment(environment: NodeJS.ProcessEnv): UnitEnvironment {
  const all = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const wanted = all.filter(([name, value]) => KEPT.test(name) && !/[\r\n]/.test(value));
  const open = wanted.filter(([, value]) => !hasUrlPassword(value));
  const names = wanted.filter((one) => !open.includes(one)).map(([name]) => name);
  return {
    kept: Object.fromEntries(open.sort(([one], [other]) => (one < other ? -1 : 1))),
    secret: environment.PULUMI_CONFIG_PASSPHRASE ? ["PULUMI_CONFIG_PASSPHRASE", ...names] : names,
  };
}
