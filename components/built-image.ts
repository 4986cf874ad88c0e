import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import dockerignore from "@balena/dockerignore";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { readText } from "../lib/read-text";

/** Tells which paths of a build context reach the engine: all but those in its .dockerignore. */
function contextFilter(folder: string): (path: string) => boolean {
  const file = join(folder, ".dockerignore");
  return existsSync(file) ? dockerignore().add(readText(file)).createFilter() : () => true;
}

/** Hash of a build context: paths, modes and contents of all its files. */
export function contextHash(folder: string): string {
  const hash = createHash("sha256");
  const included = contextFilter(folder);
  const visit = (path: string): void => {
    const stat = lstatSync(path);
    if (stat.isDirectory()) {
      for (const entry of readdirSync(path).sort()) visit(join(path, entry));
      return;
    }
    const name = relative(folder, path);
    if (!included(name)) return;
    const link = stat.isSymbolicLink();
    const content = link ? readlinkSync(path) : readFileSync(path);
    hash.update(`${name}\0${link ? "link" : stat.mode & 0o111}\0${content.length}\0`).update(content);
  };
  visit(folder);
  return hash.digest("hex");
}

export interface BuiltImageArgs {
  /** Repository name of the image, without tag. */
  repository: string;
  /** Folder of the build context. */
  context: string;
  dockerfile?: string;
  target?: string;
  buildArgs?: Record<string, string>;
  /** Keep the image when the resource is deleted. @default false */
  keep?: boolean;
}

/**
 * An image built from a folder, by the engine of the given provider.
 *
 * The tag holds the hash of all that goes into the image, so a change makes a new image beside the old one, and deleting
 * the old one cannot take the new one's tag away. `useLegacyBuilder` makes the provider's engine build it; buildx would
 * build in the command line's default engine (field-notes.md).
 */
export function builtImage(name: string, args: BuiltImageArgs, opts: pulumi.CustomResourceOptions): docker.RemoteImage {
  const inputs = JSON.stringify([contextHash(args.context), args.dockerfile, args.target, args.buildArgs]);
  const hash = createHash("sha256").update(inputs).digest("hex");
  return new docker.RemoteImage(
    name,
    {
      name: `${args.repository}:${hash.slice(0, 16)}`,
      build: {
        // Relative to the project folder, where Pulumi runs the program and the plugins. An absolute path would make
        // every image new for whoever keeps the project elsewhere.
        context: relative(process.cwd(), args.context),
        dockerfile: args.dockerfile,
        target: args.target,
        buildArgs: args.buildArgs,
        useLegacyBuilder: true,
      },
      triggers: { hash },
      keepLocally: args.keep ?? false,
      forceRemove: true,
    },
    opts,
  );
}
