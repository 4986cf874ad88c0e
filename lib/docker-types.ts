/** Docker's resources as Pulumi's state and policies name them. */
export const DockerType = {
  Container: "docker:index/container:Container",
  Image: "docker:index/remoteImage:RemoteImage",
  Network: "docker:index/network:Network",
  Provider: "pulumi:providers:docker",
  Volume: "docker:index/volume:Volume",
} as const;
