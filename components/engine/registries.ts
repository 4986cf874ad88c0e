import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings";

/** Private registries by host, with who pulls there. Secret. */
export type Registries = Settings["registries"];

/** The name by which the provider knows Docker Hub. */
const HUB = "registry-1.docker.io";

/** What the provider pulls and builds with: by its own requests, so nothing of it is in the engine. */
export function registryAuth(registries: Registries = {}) {
  const all = Object.entries(registries).map(([host, { username, password }]) => {
    return { address: host === "docker.io" ? HUB : host, username, password };
  });
  return all.length > 0 ? { registryAuth: pulumi.secret(all) } : {};
}

/** Those that speak HTTP, or have a certificate that nobody checks. */
export function plainRegistries(registries: Registries = {}): string[] {
  return Object.keys(registries).filter((host) => registries[host]?.plainHttp);
}
