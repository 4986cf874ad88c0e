import { isIP } from "node:net";

/** Sorts certificate names into DNS names and IP addresses, without duplicates. */
export function splitNames(names: string[]): { dnsNames: string[]; ipAddresses: string[] } {
  const unique = [...new Set(names)];
  return {
    dnsNames: unique.filter((name) => isIP(name) === 0),
    ipAddresses: unique.filter((name) => isIP(name) !== 0),
  };
}
