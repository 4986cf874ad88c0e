/** Addresses of the engine's default bridge and of networks nobody gave a subnet; both outside every outer network. */
const BIP = "10.213.0.1/24";
const DEFAULT_POOL = { base: "10.213.128.0/17", size: 24 };

/**
 * The engine's daemon.json. `hosts` and TLS are flags of its entrypoint; a key given both ways is an error to dockerd.
 * @param registryMirrors http or https URLs
 */
export function daemonConfig(registryMirrors: string[]): string {
  return JSON.stringify({
    bip: BIP,
    "default-address-pools": [DEFAULT_POOL],
    "registry-mirrors": registryMirrors,
    "live-restore": true, // servers survive a restart of dockerd
    "userland-proxy": false, // one process less for each published port
    icc: false, // containers on the default bridge do not see each other (CIS 2.2)
    "no-new-privileges": true, // the default of every container (CIS 2.14)
    "log-driver": "json-file",
    "log-opts": { "max-size": "5m", "max-file": "2" },
  });
}
