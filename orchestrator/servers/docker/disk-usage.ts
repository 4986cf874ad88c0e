import type Docker from "dockerode";

/** The answer of `GET /system/df`, in the form of API 1.51 and older. A size that Docker does not know is -1. */
export interface DiskUsage {
  /** Bytes of all layers, each counted once. */
  LayersSize?: number;
  Containers?: { Id: string; SizeRw?: number }[] | null;
  Volumes?:
    | {
        Name: string;
        Labels?: Record<string, string> | null;
        CreatedAt?: string;
        UsageData?: { Size: number } | null;
      }[]
    | null;
  BuildCache?: { Size: number; Shared?: boolean }[] | null;
}

/** One kind of thing in the answer, in the form of API 1.52 (Docker 29) and newer. */
interface Usage<Item> {
  TotalSize?: number;
  Items?: Item[] | null;
}

type Items<Key extends keyof DiskUsage> = NonNullable<DiskUsage[Key]> extends (infer Item)[] ? Item : never;

interface Answer extends DiskUsage {
  ImageUsage?: Usage<unknown>;
  ContainerUsage?: Usage<Items<"Containers">>;
  VolumeUsage?: Usage<Items<"Volumes">>;
  BuildCacheUsage?: Usage<Items<"BuildCache">>;
}

/**
 * Asks what uses the engine's disk. The request names no API version, so the daemon answers in its newest form. From
 * API 1.53 on the older form is gone, and the newer one lists single things only with `verbose`.
 */
export async function diskUsage(docker: Docker): Promise<DiskUsage> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const statusCodes = { 200: true, 500: "server error" };
    const request = { path: "/system/df?", method: "GET", options: { verbose: true }, statusCodes };
    docker.modem.dial(request, (error: unknown, data: unknown) => (error ? reject(error) : resolve(data as Answer)));
  });
  return {
    LayersSize: answer.ImageUsage?.TotalSize ?? answer.LayersSize,
    Containers: answer.ContainerUsage?.Items ?? answer.Containers,
    Volumes: answer.VolumeUsage?.Items ?? answer.Volumes,
    BuildCache: answer.BuildCacheUsage?.Items ?? answer.BuildCache,
  };
}
