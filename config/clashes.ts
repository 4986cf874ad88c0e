import type { z } from "zod";
import { contains, overlaps } from "../lib/addresses";
import type { Path } from "../lib/findings";
import { LOOPBACK } from "../lib/special-addresses";
import { INNER_SUBNETS } from "../manifest/container/subnets";
import type { KEYS } from "./keys";
import { isEmbeddedConsul } from "./keys/consul";

type Values = z.infer<z.ZodObject<typeof KEYS>>;

/** Two values, each valid by itself, that do not go together. */
interface Clash {
  path: Path;
  /** What was expected at the path. */
  message: string;
}

/** Config keys of ports on the host. */
const PORT_KEYS = ["dockerTlsPort", "apiPort", "pagePort", "metricsPort", "dockerPort", "consulPort"] as const;

/** Everything in a stack's config that does not go together. */
export function clashes(values: Values): Clash[] {
  return [
    ...samePorts(values),
    ...sameTokens(values),
    ...openDockerApi(values),
    ...innerSubnets(values),
    ...foldersInFolders(values),
    ...consulTls(values),
  ];
}

/** Ports that two keys give out. */
function samePorts(values: Values): Clash[] {
  const keys = PORT_KEYS.filter((key) => key !== "consulPort" || isEmbeddedConsul(values.consul));
  return keys.flatMap((key, index): Clash[] => {
    const first = keys.slice(0, index).find((other) => values[other] === values[key]);
    return first ? [{ path: [key], message: `another port than ${first}` }] : [];
  });
}

/** Tokens of the same name. */
function sameTokens({ tokens }: Values): Clash[] {
  return tokens.flatMap(({ name }, index): Clash[] => {
    const first = tokens.findIndex((token) => token.name === name);
    return first < index
      ? [{ path: ["tokens", index, "name"], message: `another name than that of tokens.${first}` }]
      : [];
  });
}

/** The whole Docker API, without TLS, on an address of the network: anybody there would be root in the engine. */
function openDockerApi({ dockerApi, bindAddress }: Values): Clash[] {
  const isOpen = dockerApi === "full" && !LOOPBACK.some((block) => contains(block, bindAddress));
  return isOpen ? [{ path: ["dockerApi"], message: "read-only or off, as bindAddress is no loopback address" }] : [];
}

/** An outer network that overlaps one inside. */
function innerSubnets({ networkCidr }: Values): Clash[] {
  const hidden = Object.values(INNER_SUBNETS).filter((subnet) => overlaps(networkCidr, subnet));
  return hidden.map((subnet) => {
    return { path: ["networkCidr"], message: `a subnet outside ${subnet}, which the engine uses inside` };
  });
}

/** A lent folder inside another that servers write: they could put a link in its place, and the engine would follow. */
function foldersInFolders({ folders }: Values): Clash[] {
  const outer = Object.entries(folders).filter(([, { access }]) => access === "read-write");
  return Object.entries(folders).flatMap(([name, { path }]): Clash[] => {
    const [first] = outer.find(([, holder]) => path.startsWith(`${holder.path}/`)) ?? [];
    const message = `a path outside of folders.${first}, which is lent read-write: a server could put a link in its place`;
    return first === undefined ? [] : [{ path: ["folders", name, "path"], message }];
  });
}

/** A client certificate for Consul without its key, certificates for plain HTTP, or a token for the embedded one. */
function consulTls({ consul, consulKey, consulToken }: Values): Clash[] {
  const { address = "", tls } = consul ?? {};
  const isHalf = tls?.certificate !== undefined && consulKey === "";
  const isOwn = isEmbeddedConsul(consul) && consulToken !== "";
  const isPlain = tls !== undefined && !address.startsWith("https:");
  return [
    ...(isHalf ? [{ path: ["consul", "tls", "certificate"], message: "none, as consulKey is not set" }] : []),
    ...(isOwn ? [{ path: ["consulToken"], message: "none, as the embedded Consul has a token of its own" }] : []),
    ...(isPlain ? [{ path: ["consul", "address"], message: "an https URL, as consul.tls is set" }] : []),
  ];
}
