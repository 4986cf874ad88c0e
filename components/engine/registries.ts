import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings";

/** Private registries by host, with who pulls there. Secret. */
export type Registries = Settings["registries"];

/** The name by which the provider knows Docker Hub. */
const HUB = "registry-1.docker.io";

/** What the provider pulls and builds with: by its own requests, so nothing of it is in the engine. */
export function registryAuth(registries: Registries = {}) {
  const all = Object.entries(registries).flatMap(([host, { username, password }]) => {
    return username === undefined ? [] : [{ address: host === "docker.io" ? HUB : host, username, password }];
  });
  return all.length > 0 ? { registryAuth: pulumi.secret(all) } : {};
}

/** Those that speak HTTP, or have a certificate that nobody checks. */
export function plainRegistries(registries: Registries = {}): string[] {
  return Object.keys(registries).filter((host) => registries[host]?.plainHttp);
}

/**
 * The private authorities for the engine, as its entrypoint reads them: `HOST=BASE64 ...`.
 * @param registries with each `ca` as PEM
 */
export function registryAuthorities(registries: Registries = {}): string {
  return Object.entries(registries)
    .flatMap(([host, { ca }]) => (ca === undefined ? [] : [`${host}=${Buffer.from(ca).toString("base64")}`]))
    .join(" ");
}
