/** Addresses of the engine's default bridge. They are outside every outer network. */
const BRIDGE = { address: "10.213.0.1", subnet: "10.213.0.0/24" };
const DEFAULT_POOL = { base: "10.213.128.0/17", size: 24 };

/** The engine's DNS forwarder listens here, for image builds and for containers that may leave the engine. */
export const INNER_DNS = BRIDGE;

/**
 * The engine's daemon.json. `hosts` and TLS are flags of its entrypoint; a key given both ways is an error to dockerd.
 * @param registryMirrors http or https URLs
 * @param plainRegistries hosts of registries that speak HTTP
 */
export function daemonConfig(registryMirrors: string[], plainRegistries: string[] = []): string {
  const plainMirrors = registryMirrors.filter((url) => url.startsWith("http:")).map((url) => new URL(url).host);
  return JSON.stringify({
    bip: BRIDGE.address + BRIDGE.subnet.slice(BRIDGE.subnet.indexOf("/")),
    "default-address-pools": [DEFAULT_POOL],
    "registry-mirrors": registryMirrors,
    // dockerd's BuildKit uses plain HTTP for these only, even if a mirror's URL says http.
    "insecure-registries": [...plainMirrors, ...plainRegistries],
    "live-restore": true, // servers survive a restart of dockerd
    "userland-proxy": false, // one process less for each published port
    "default-cgroupns-mode": "private", // on cgroup v1 the default is the host's
    icc: false, // containers on the default bridge do not see each other (CIS 2.2)
    "no-new-privileges": true, // the default of every container (CIS 2.14)
    "log-driver": "json-file",
    "log-opts": { "max-size": "5m", "max-file": "2" },
  });
}
