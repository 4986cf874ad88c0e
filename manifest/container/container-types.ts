import type { SecretFile } from "../manifest";
import type { Subnet } from "./subnets";

export interface MountSpec {
  type: "bind" | "volume";
  /** A folder of the engine, or a volume's name. */
  source: string;
  target: string;
  readOnly: boolean;
}

/** A volume of the `local` driver that must exist first. */
export interface VolumeSpec {
  name: string;
  driver: "local";
  options: Record<string, string>;
}

/** The server's own network. */
export interface NetworkSpec extends Subnet {
  name: string;
  internal: true;
}

/** A fixed address in a network, and the name by which others find it there. */
export interface AddressSpec {
  /** The network's name. */
  network: string;
  ip: string;
  alias: string;
}

export interface UlimitSpec {
  name: string;
  soft: number;
  hard: number;
}

/** Durations as Docker prints them. */
export interface HealthcheckSpec {
  tests: string[];
  interval: string;
  timeout: string;
  retries: number;
  startPeriod: string;
  startInterval: string;
}

/** A server's container, complete and serialisable. For absent fields the image decides. */
export interface ContainerSpec {
  name: string;
  hostname: string;
  image: string;
  entrypoint?: string[];
  command?: string[];
  /** Docker puts its init before the image's own entry point; a mount makes that mcp-init. */
  init: boolean;
  user: string;
  groups: string[];
  workdir?: string;
  env: Record<string, string>;
  labels: Record<string, string>;
  mounts: MountSpec[];
  volumes: VolumeSpec[];
  /** Bytes of /dev/shm. */
  sharedMemory: number;
  /** Path to options. */
  tmpfs: Record<string, string>;
  /** `none`, or the network's name; with fixed addresses `bridge`. */
  networkMode: string;
  network?: NetworkSpec;
  /** Networks of servers in which it has a fixed address. @default [] */
  addresses?: AddressSpec[];
  /** Lines of /etc/hosts: names to addresses. */
  hosts: Record<string, string>;
  /** Name servers, in place of the engine's own. */
  dns: string[];
  /** Bytes. */
  memory: number;
  /** Bytes of memory and swap together; the same, so no swap. */
  memorySwap: number;
  cpus: string;
  ulimits: UlimitSpec[];
  logDriver: string;
  logOptions: Record<string, string>;
  restart: string;
  stopSignal?: string;
  /** Seconds. */
  stopTimeout: number;
  healthcheck: HealthcheckSpec;
  readOnly: true;
  capDrop: string[];
  securityOptions: string[];
  /** Files that must be on the secrets volume before the start. */
  secretFiles: SecretFile[];
}
