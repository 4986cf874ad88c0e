/** This machine. */
export const LOOPBACK = ["127.0.0.0/8", "::1"];

/** IPv4 networks that anybody may use for themselves (RFC 1918). */
export const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * Addresses to which no public name may lead. The documentation ranges are not among them (192.0.2.0/24,
 * 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32): nobody's private network is there, but closed test sites and package
 * mirrors are. IPv4 addresses mapped into IPv6 need no line: to lib/addresses.ts and to squid they are IPv4 addresses.
 */
export const NOT_PUBLIC = [
  "0.0.0.0/8", // this host
  "10.0.0.0/8", // private, the engine's own networks too
  "100.64.0.0/10", // behind a provider's NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, cloud metadata
  "172.16.0.0/12", // private, Docker's networks too
  "192.0.0.0/24", // protocol assignments
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
  "::/127", // unspecified, loopback
  "64:ff9b::/96", // IPv4 behind NAT64
  "64:ff9b:1::/48", // the same, local
  "100::/64", // discard
  "2001::/32", // Teredo: IPv4 inside
  "2002::/16", // 6to4: IPv4 inside
  "fc00::/7", // private
  "fe80::/10", // link-local
  "fec0::/10", // site-local
  "ff00::/8", // multicast
];
