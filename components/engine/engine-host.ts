import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { reachable } from "../../config/endpoints";
import { builtImage } from "../built-image";
import type { InternalNetwork } from "../internal-network";
import type { PersistentVolumes } from "../persistent-volumes";
import { REPLACED } from "../replaced";
import type { TlsCertificates } from "../tls/tls-certificates";
import { VolumeFiles } from "../volume-files";
import { certificatesTaken } from "./certificates-taken";
import { ENGINE_CONTEXT, type EngineSettings, engineContainerArgs } from "./engine-container";
import { registryAuth } from "./registries";

export interface EngineHostArgs extends EngineSettings {
  /** Base image, docker:dind-like. @default our own, from Debian */
  baseImage?: string;
  network: InternalNetwork;
  volumes: PersistentVolumes;
  certificates: TlsCertificates;
}

/** The engine: one container on the host engine with a Docker daemon inside, and the provider that talks to it. */
export class EngineHost extends pulumi.ComponentResource {
  public readonly containerName: pulumi.Output<string>;
  public readonly containerId: pulumi.Output<string>;
  public readonly imageId: pulumi.Output<string>;
  /** tcp:// address of the Docker API; unknown until the engine is healthy and has taken its certificates. */
  public readonly endpoint: pulumi.Output<string>;
  readonly #provider: docker.Provider;

  constructor(name: string, args: EngineHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:EngineHost", name, {}, opts);
    const { certificates, volumes } = args;
    const image = builtImage(
      `${name}-image`,
      {
        repository: `dind-mcp/${args.containerName.toLowerCase()}`,
        context: ENGINE_CONTEXT,
        buildArgs: args.baseImage ? { BASE: args.baseImage } : undefined,
      },
      { parent: this },
    );
    const certFiles = new VolumeFiles(
      `${name}-certs`,
      {
        containerName: `${args.containerName}-certs`,
        image: image.imageId,
        volumeName: volumes.names.certs,
        files: {
          "ca.pem": certificates.caPem,
          "server-cert.pem": certificates.server.certPem,
          "server-key.pem": certificates.server.keyPem,
          "client-ca.pem": certificates.clientCaPem,
          // The engine only shows it to the management layer, which tells when it ends.
          "client-cert.pem": certificates.client.certPem,
        },
        labels: args.labels,
      },
      { parent: this },
    );
    const container = new docker.Container(
      name,
      engineContainerArgs({
        ...args,
        image: image.imageId,
        networkName: args.network.networkName,
        volumes: volumes.names,
      }),
      { parent: this, dependsOn: certFiles, ...REPLACED },
    );
    this.containerName = container.name;
    this.containerId = container.id;
    this.imageId = image.imageId;
    // Derived from the container's id, which a first preview does not know. So the provider is not configured then, and
    // preview never dials an engine that is not there.
    const address = `tcp://${reachable(args.bindAddress)}:${args.dockerTlsPort}`;
    this.endpoint = pulumi.unsecret(
      pulumi
        .all([certificates.caPem, certificates.server.certPem, certificates.client, container.id, certFiles.revision])
        .apply(async ([ca, serverCert, { certPem: cert, keyPem: key }]) => {
          // The provider's first question comes right after this one.
          await certificatesTaken(address, { ca, cert, key, serverCert });
          return address;
        }),
    );
    this.#provider = new docker.Provider(
      `${name}-provider`,
      {
        host: this.endpoint,
        caMaterial: certificates.caPem,
        certMaterial: pulumi.secret(certificates.client.certPem),
        keyMaterial: pulumi.secret(certificates.client.keyPem),
        ...registryAuth(args.registries),
      },
      { parent: this },
    );
    this.registerOutputs({ containerName: this.containerName, endpoint: this.endpoint });
  }

  /** Creates resources inside the engine. A method, because a public field of this type breaks component packages. */
  provider(): docker.Provider {
    return this.#provider;
  }
}
