import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EngineHost } from "./components/engine/engine-host";
import { Fleet } from "./components/inner/fleet";
import { waysOut } from "./components/inner/ways-out";
import { InternalNetwork } from "./components/internal-network";
import { stackLabels } from "./components/labels";
import { PersistentVolumes } from "./components/persistent-volumes";
import { TlsCertificates } from "./components/tls/tls-certificates";
import { consulPorts, orchestratorPorts } from "./config/endpoints";
import { isEmbeddedConsul } from "./config/keys/consul";
import { consulSecrets, orchestratorConfig } from "./config/to-orchestrator";
import { CONSUL_ADDRESS, GATEWAY_ADDRESS, KONG_ADDRESS } from "./manifest/container/gateway";
import { version } from "./package.json";
import { readInputs } from "./stack/inputs";
import { embeddedKong } from "./stack/kong-output";
import { makeOutputs } from "./stack/outputs";
import { keepNoPromiseStacks } from "./stack/promise-stacks";
import { networkMtu, wayOutMtu } from "./stack/way-out";

/** The program: checked input -> the outer layer on the host engine -> the fleet inside -> outputs. */
export = async () => {
  keepNoPromiseStacks();
  const { settings, servers, offers, folders, processors, selinux } = await readInputs();
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const labels = stackLabels(stack);
  const host = { providers: { docker: new docker.Provider("host", { host: settings.hostEngine }) } };

  const network = new InternalNetwork(
    "network",
    {
      ...{ networkName: settings.networkName, cidr: settings.networkCidr, gateway: settings.networkGateway },
      ...networkMtu(settings, wayOutMtu()),
      labels,
    },
    host,
  );
  const volumes = new PersistentVolumes(
    "volumes",
    { prefix: settings.volumePrefix, retain: settings.retainVolumes, protect: settings.protectVolumes, labels },
    host,
  );
  const certificates = new TlsCertificates("tls", {
    names: ["localhost", "127.0.0.1", settings.bindAddress, settings.engineName, ...settings.tlsNames],
    authorities: settings.tlsAuthorities,
  });
  const ports = orchestratorPorts(settings);
  const kong = embeddedKong(settings, servers, pulumi.getStack());
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
      published: [
        ...ports.map((port) => ({ ...port, address: port.key === "apiPort" && kong ? KONG_ADDRESS : GATEWAY_ADDRESS })),
        ...consulPorts(settings).map((port) => ({ ...port, address: CONSUL_ADDRESS })),
      ],
      registryMirrors: settings.registryMirrors,
      registries: settings.registries,
      ...waysOut(settings),
      folders,
      selinux,
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
      embeddedKong: kong,
      embeddedConsul: isEmbeddedConsul(settings.consul),
      privateHosts: settings.privateHosts,
      engineNetwork: settings.networkCidr,
      orchestrator: {
        config: orchestratorConfig(settings, { stack, version, listen: GATEWAY_ADDRESS, catalog: offers }),
        dockerApi: settings.dockerApi,
        tokens: settings.tokens,
        consulSecrets: consulSecrets(settings),
        ports: ports.filter(({ key }) => key !== "apiPort" || !kong).map(({ internal }) => internal),
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
