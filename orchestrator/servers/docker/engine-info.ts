import { type EngineClient, reasonOf } from "../../../lib/docker-client";
import { ServerError } from "../server-error";
import { diskUsage } from "./disk-usage";

/** The Docker engine that all servers run in. */
export interface EngineInfo {
  version: string;
  apiVersion: string;
  /** Operating system of the engine's container, like "Debian GNU/Linux 13 (trixie)". */
  os: string;
  kernel: string;
  architecture: string;
  cgroupVersion: string;
  storageDriver: string;
  /** Containers survive a restart of the daemon. */
  liveRestore: boolean;
  cpus: number;
  /** The machine's memory, in bytes. */
  memory: number;
  containers: { running: number; paused: number; stopped: number };
  images: number;
  /** What the daemon puts around every container, in Docker's words: "seccomp (builtin)", "cgroupns". */
  isolation: string[];
}

/** Use of the engine's disk, in bytes. */
export interface EngineDisk {
  /** Layers, each counted once. */
  images: number;
  /** What containers wrote into their own layers. */
  containers: number;
  volumes: number;
  buildCache: number;
  /** When Docker counted, in milliseconds since 1970. */
  time: number;
}

/** The members of Docker's `DiskUsage` that are added up. */
interface Sizes {
  LayersSize?: number;
  Containers?: { SizeRw?: number }[] | null;
  Volumes?: { UsageData?: { Size: number } | null }[] | null;
  BuildCache?: { Size: number; Shared?: boolean }[] | null;
}

/** Adds up an answer of Docker's system df, where -1 is a size that Docker does not know. */
export function diskOf(answer: Sizes): Omit<EngineDisk, "time"> {
  const sum = (sizes: (number | undefined)[]): number =>
    sizes.reduce<number>((total, size = 0) => total + Math.max(size, 0), 0);
  return {
    images: answer.LayersSize ?? 0,
    containers: sum((answer.Containers ?? []).map(({ SizeRw }) => SizeRw)),
    volumes: sum((answer.Volumes ?? []).map(({ UsageData }) => UsageData?.Size)),
    buildCache: sum((answer.BuildCache ?? []).map(({ Size, Shared }) => (Shared ? 0 : Size))),
  };
}

/** Puts what Docker writes as "name=seccomp,profile=builtin" into words: "seccomp (builtin)". */
export function isolationOf(options: string[] | null = []): string[] {
  return (options ?? []).map((option) => {
    const { name = option, profile } = Object.fromEntries(option.split(",").map((part) => part.split("="))) as {
      name?: string;
      profile?: string;
    };
    return profile === undefined ? name : `${name} (${profile})`;
  });
}

/**
 * Milliseconds that a count of the disk is kept: for each one the daemon walks over all files of all volumes and
 * containers.
 */
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
        isolation: isolationOf(info.SecurityOptions),
      };
    } catch (error) {
      throw new ServerError(502, `the engine does not answer: ${reasonOf(error)}`);
    }
  }

  /** @throws Error when the daemon does not answer */
  async ping(): Promise<void> {
    await this.client.api.ping();
  }

  /**
   * Returns the use of the disk, at most a minute old. On a large disk Docker counts for seconds. @throws ServerError
   * when the daemon does not answer
   */
  disk(): Promise<EngineDisk> {
    if (!this.#disk || Date.now() - this.#disk.from > DISK_MS) {
      this.#disk = { from: Date.now(), answer: this.#count() };
    }
    return this.#disk.answer;
  }

  async #count(): Promise<EngineDisk> {
    try {
      return { ...diskOf(await diskUsage(this.client.streams)), time: Date.now() };
    } catch (error) {
      this.#disk = undefined;
      throw new ServerError(502, `the engine does not answer: ${reasonOf(error)}`);
    }
  }
}
