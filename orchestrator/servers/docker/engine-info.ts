import { type EngineClient, reasonOf } from "../../../lib/docker-client";
import { ServerError } from "../server-error";

/** The Docker engine that all runs in. */
export interface EngineInfo {
  version: string;
  apiVersion: string;
  /** Of the engine's container, like "Debian GNU/Linux 13 (trixie)". */
  os: string;
  kernel: string;
  architecture: string;
  cgroupVersion: string;
  storageDriver: string;
  /** Containers survive a restart of the daemon. */
  liveRestore: boolean;
  cpus: number;
  /** Bytes of the machine. */
  memory: number;
  containers: { running: number; paused: number; stopped: number };
  images: number;
}

/** Bytes on the engine's disk. */
export interface EngineDisk {
  /** Layers, each counted once. */
  images: number;
  /** What containers wrote into themselves. */
  containers: number;
  volumes: number;
  buildCache: number;
  /** Milliseconds since 1970, when it was counted. */
  time: number;
}

interface DiskAnswer {
  LayersSize?: number;
  Containers?: { SizeRw?: number }[] | null;
  Volumes?: { UsageData?: { Size: number } | null }[] | null;
  BuildCache?: { Size: number; Shared?: boolean }[] | null;
}

/** Adds up an answer of Docker's system df; sizes that Docker does not know are -1 there. */
export function diskOf(answer: DiskAnswer): Omit<EngineDisk, "time"> {
  const sum = (sizes: (number | undefined)[]): number =>
    sizes.reduce<number>((total, size = 0) => total + Math.max(size, 0), 0);
  return {
    images: answer.LayersSize ?? 0,
    containers: sum((answer.Containers ?? []).map(({ SizeRw }) => SizeRw)),
    volumes: sum((answer.Volumes ?? []).map(({ UsageData }) => UsageData?.Size)),
    buildCache: sum((answer.BuildCache ?? []).map(({ Size, Shared }) => (Shared ? 0 : Size))),
  };
}

/** The daemon walks over all files of all volumes and containers for it. */
const DISK_MS = 60_000;

export class Engine {
  #disk: { from: number; answer: Promise<EngineDisk> } | undefined;

  constructor(private readonly client: EngineClient) {}

  /** @throws ServerError when the daemon does not answer */
  async info(): Promise<EngineInfo> {
    try {
      const { api } = this.client;
      const [version, info] = await Promise.all([api.version(), api.info()]);
      return {
        version: version.Version,
        apiVersion: version.ApiVersion,
        os: info.OperatingSystem,
        kernel: info.KernelVersion,
        architecture: info.Architecture,
        cgroupVersion: info.CgroupVersion,
        storageDriver: info.Driver,
        liveRestore: info.LiveRestoreEnabled,
        cpus: info.NCPU,
        memory: info.MemTotal,
        containers: { running: info.ContainersRunning, paused: info.ContainersPaused, stopped: info.ContainersStopped },
        images: info.Images,
      };
    } catch (error) {
      throw new ServerError(502, `the engine does not answer: ${reasonOf(error)}`);
    }
  }

  /** @throws Error when the daemon does not answer */
  async ping(): Promise<void> {
    await this.client.api.ping();
  }

  /** At most a minute old; seconds may pass on a large disk. @throws ServerError when the daemon does not answer */
  disk(): Promise<EngineDisk> {
    if (!this.#disk || Date.now() - this.#disk.from > DISK_MS) {
      this.#disk = { from: Date.now(), answer: this.#count() };
    }
    return this.#disk.answer;
  }

  async #count(): Promise<EngineDisk> {
    try {
      return { ...diskOf((await this.client.streams.df()) as DiskAnswer), time: Date.now() };
    } catch (error) {
      this.#disk = undefined;
      throw new ServerError(502, `the engine does not answer: ${reasonOf(error)}`);
    }
  }
}
