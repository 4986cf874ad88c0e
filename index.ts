import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EngineHost } from "./components/engine/engine-host";
import { Fleet, OUTBOUND, RELAY_ADDRESS } from "./components/inner/fleet";
import { GATEWAY, GATEWAY_ADDRESS } from "./components/inner/orchestrator";
import { InternalNetwork } from "./components/internal-network";
import { stackLabels } from "./components/labels";
import { PersistentVolumes } from "./components/persistent-volumes";
import { TlsCertificates } from "./components/tls/tls-certificates";
import { orchestratorPorts } from "./endpoints";
import { readInputs } from "./inputs";
import { leavesEngine, orchestratorConfig } from "./orchestrator-settings";
import { makeOutputs } from "./outputs";

import packageJson = require("./package.json");

/** The program: checked input -> the outer layer on the host engine -> the fleet inside -> outputs. */
export = async () => {
  const { settings, servers, processors } = await readInputs();
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const labels = stackLabels(stack);
  const host = { providers: { docker: new docker.Provider("host", { host: settings.hostEngine }) } };

  const network = new InternalNetwork(
    "network",
    { networkName: settings.networkName, cidr: settings.networkCidr, gateway: settings.networkGateway, labels },
    host,
  );
  const volumes = new PersistentVolumes(
    "volumes",
    { prefix: settings.volumePrefix, retain: settings.retainVolumes, labels },
    host,
  );
  const certificates = new TlsCertificates("tls", {
    names: ["localhost", "127.0.0.1", settings.bindAddress, settings.engineName, ...settings.tlsNames],
  });
  const ports = orchestratorPorts(settings);
  // A token issuer, or a collector of traces, is often on a private address; else nothing leaves by the gateway's network.
  const leaves = leavesEngine(settings);
  const engine = new EngineHost(
    "engine",
    {
      containerName: settings.engineName,
      baseImage: settings.engineImage || undefined,
      network,
      volumes,
      certificates,
      bindAddress: settings.bindAddress,
      dockerTlsPort: settings.dockerTlsPort,
      published: ports,
      registryMirrors: settings.registryMirrors,
      dnsFor: [OUTBOUND.subnet, ...(leaves ? [GATEWAY.subnet] : [])],
      inboundOnly: leaves ? [] : [GATEWAY.subnet],
      privateEgressFrom: [
        ...(settings.databaseDsn ? [`${RELAY_ADDRESS}/32`] : []),
        ...(leaves ? [`${GATEWAY_ADDRESS}/32`] : []),
      ],
      stopGrace: settings.engineStopGrace,
      labels,
    },
    host,
  );
  const fleet = new Fleet(
    "fleet",
    {
      servers,
      secrets: settings.secrets,
      databaseDsn: settings.databaseDsn,
      orchestrator: {
        config: pulumi.all([certificates.server.validUntil, certificates.client.validUntil]).apply(([server, client]) =>
          orchestratorConfig(settings, {
            stack,
            version: packageJson.version,
            listen: GATEWAY_ADDRESS,
            certificates: { server, client },
          }),
        ),
        tokens: settings.tokens,
        ports: ports.map(({ internal }) => internal),
        processors,
      },
      stack,
      keepImages: settings.retainVolumes,
      labels,
    },
    {
      providers: { docker: engine.provider() },
      // All inner state is on the engine's data volume: when that goes, nothing inside needs to be deleted one by one.
      deletedWith: settings.retainVolumes ? undefined : volumes.engineData,
    },
  );
  return makeOutputs({ settings, network, volumes, certificates, engine, fleet, servers });
};
