import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { buildSync } from "esbuild";

const CONTEXT = join(__dirname, "client");
const BUNDLE = join(CONTEXT, "app/main.js");

/**
 * The client's image: Node.js and one file, so that building it fetches no packages. The tag is the hash of what goes into it.
 * @param repository its name, without tag
 */
export function clientImage(name: string, repository: string, opts: pulumi.CustomResourceOptions): docker.RemoteImage {
  buildSync({
    absWorkingDir: CONTEXT,
    entryPoints: ["main.ts"],
    outfile: BUNDLE,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    logLevel: "warning",
  });
  const hash = createHash("sha256");
  for (const file of [join(CONTEXT, "Dockerfile"), BUNDLE]) hash.update(readFileSync(file)).update("\0");
  const digest = hash.digest("hex");
  return new docker.RemoteImage(
    name,
    {
      name: `${repository}:${digest.slice(0, 16)}`,
      // The legacy builder builds in the provider's engine; buildx would in the command line's.
      build: { context: "client", useLegacyBuilder: true },
      triggers: { digest },
      forceRemove: true,
    },
    opts,
  );
}
