import type { ContainerSpec } from "../../../manifest/container/container-spec";
import { createOptions } from "../../../manifest/container/create-options";
import { Label } from "../../../manifest/container/labels";
import { environment, type Facts, factsOf, type ImageConfig } from "./facts";

/**
 * A server's container as its specification wants it: the third reader of manifest/container/container-spec.ts, which adds no rule.
 * @param image the id of the image it should run, and what that says where the specification says nothing
 * @param revision the secrets' revision in its label, which only Pulumi knows
 */
export function expectedFacts(
  spec: ContainerSpec,
  image: { id: string; config: ImageConfig },
  revision?: string,
): Facts {
  const { HostConfig = {}, ...options } = createOptions(spec);
  const { config } = image;
  const env = { ...environment(config.Env), ...spec.env };
  return factsOf({
    Config: {
      ...options,
      Entrypoint: options.Entrypoint ?? entrypoint(config),
      // A command of the image's belongs to the image's entrypoint, and goes with it.
      Cmd: options.Cmd ?? (options.Entrypoint ? [] : (config.Cmd ?? [])),
      WorkingDir: options.WorkingDir ?? config.WorkingDir,
      StopSignal: options.StopSignal ?? config.StopSignal,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Labels: {
        ...config.Labels,
        ...spec.labels,
        ...(revision !== undefined && spec.secretFiles.length > 0 ? { [Label.SecretsRevision]: revision } : {}),
      },
      Healthcheck: options.Healthcheck,
    },
    HostConfig,
    Image: image.id,
    networks: spec.addresses?.map(({ network }) => network).sort() ?? [spec.networkMode],
    state: "healthy",
  });
}

function entrypoint({ Entrypoint }: ImageConfig): string[] {
  return [Entrypoint ?? []].flat();
}
