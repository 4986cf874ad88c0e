import type Docker from "dockerode";
import { isWithin } from "../../../../lib/folder-paths";
import { HOME } from "../../../../manifest/storage";
import { packFolders, readFolders, type TarFolder } from "./folder-tar";

/** The folders of a container's image. */
export interface ImageFolders {
  all: ReadonlySet<string>;
  /** Those that the image has something in. */
  filled: ReadonlySet<string>;
  /** What is mounted there: Docker makes these paths, not the server. */
  mounted: readonly string[];
}

/** The kernel's, and those of every server's container. */
const NOT_THE_IMAGES = /^\/(proc|sys|dev|run\/(mcp|secrets))(\/|$)/;
const EVERYBODY = 0o777;

/**
 * Opens the folders of a container that has not started to its user, so that it can make files in each; files stay as they
 * are. Docker sends the whole file system for that, of which only the folders' names are kept: a second or two for most images.
 * @param user owner of the home that is made
 * @param mounted paths that are mounted: not touched
 */
export async function openFolders(container: Docker.Container, user: number, mounted: string[]): Promise<ImageFolders> {
  const archive = (await container.getArchive({ path: "/" })) as unknown as AsyncIterable<Buffer>;
  const { folders, filled } = await readFolders(archive);
  const isMounted = (path: string): boolean => mounted.some((one) => isWithin(path, one));
  const own = [...folders.values()].filter(({ path }) => !NOT_THE_IMAGES.test(path) && !isMounted(path));
  const opened = own.map((folder): TarFolder => ({ ...folder, mode: (folder.mode & 0o7777) | EVERYBODY }));
  const home: TarFolder[] = isMounted(HOME.path) ? [] : [{ path: HOME.path, mode: 0o700, uid: user, gid: user }];
  await container.putArchive(packFolders([...opened, ...home]), { path: "/" });
  return { all: new Set([...own.map(({ path }) => path), HOME.path]), filled, mounted };
}
