import { z } from "zod";
import { parseCidr } from "../../lib/addresses";
import { INNER_SUBNETS } from "../../manifest/container/subnets";
import { key } from "../key";
import { text } from "../parts";
import { dockerName } from "./docker-name";

const MTU = "a whole number from 576 to 65535, or 0";

function isCidr(value: string): boolean {
  const cidr = parseCidr(value);
  return cidr !== undefined && cidr.prefix >= 16 && cidr.prefix <= 28;
}

/** Every host takes a packet of 576 bytes (RFC 1122). */
const mtu = z.int(MTU).refine((bytes) => bytes === 0 || (bytes >= 576 && bytes <= 65_535), MTU);

/** The engine's place in the host's network. */
export const networkKeys = {
  networkName: key(dockerName.default("mcp-internal"), {
    meaning: "Name of the engine's network on the host engine.",
    example: "second-internal",
  }),
  networkCidr: key(text.refine(isCidr, "an IPv4 subnet from /16 to /28, like 172.30.0.0/16").default("172.30.0.0/16"), {
    kind: "IPv4 subnet, /16 to /28",
    meaning: "Subnet of the engine's network.",
    more: `It must not touch ${Object.values(INNER_SUBNETS).join(" or ")}, which the engine uses inside.`,
    example: "172.31.0.0/24",
  }),
  networkMtu: key(mtu.default(0), {
    kind: "integer, 576 to 65535",
    meaning: "Bytes that a packet in the engine's network may have.",
    byDefault: "by the host's way out",
    more: "A change replaces the network and the engine container.",
    see: "[What a host needs](hosts.md#what-it-takes)",
    example: 1400,
  }),
  bindAddress: key(z.ipv4("an IPv4 address of the host").default("127.0.0.1"), {
    kind: "IPv4 address",
    meaning: "Host address on which all ports are published.",
    more: "Anything but loopback exposes the fleet to the network.",
    example: "192.0.2.7",
  }),
};
