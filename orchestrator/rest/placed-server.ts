import type { PlacedServer } from "../../api/schemas/topology";
import { serverNetwork } from "../../manifest/container/container-spec";
import type { ServerInfo } from "../servers/server-info";

/** Where a server is and what it reaches, as its container was made: its labels are its manifest. */
export function placed({ name, manifest, status, managedBy, companions = [] }: ServerInfo): PlacedServer {
  const network = serverNetwork(manifest);
  const lent = manifest.mounts.map(({ volume, folder, path, readOnly }) => {
    const kind = folder === undefined ? ("volume" as const) : ("folder" as const);
    return { kind, name: folder ?? volume ?? "", path, readOnly };
  });
  const own = manifest.storage.map((storage) => {
    return { kind: "storage" as const, name: storage.name, path: storage.path, readOnly: false };
  });
  return {
    ...{ name, status, managedBy },
    network: network && { name: network.name, subnet: network.subnet },
    mounts: [...lent, ...own],
    companions: companions.map((one) => {
      return { name: one.name, status: one.status, ...(one.shared ? { shared: true } : {}) };
    }),
    ...{ database: manifest.database, egress: manifest.egress },
  };
}
