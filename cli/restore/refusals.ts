import { sizeText } from "../backup/meter";

/** What stands where a backup is to go. */
export interface Found {
  /** The stack has resources already: not those of an interrupted restore. */
  stack: boolean;
  /** Files of its config that are there, and say something else. */
  files: string[];
  /** Volumes of its names on the host engine. */
  volumes: string[];
  /** The passphrase that the restored stack's secrets will be read with. */
  passphrase: "fits" | "wrong" | "replaces" | "missing";
  /** Other stacks of this machine, whose secrets have this machine's passphrase. */
  others: string[];
  /** Bytes, where Docker keeps its volumes; unknown when that is another machine. */
  room?: { free: number; needed: number };
}

/** What keeps a backup from being restored, a sentence each; none when nothing does. Pure. */
export function refusals(found: Found, force: boolean): string[] {
  const { stack, files, volumes, passphrase, others, room } = found;
  const there = [
    ...files.map((file) => `${file} is there, and says something else`),
    ...(volumes.length > 0 ? [`the host engine has volumes of its names: ${volumes.join(", ")}`] : []),
  ];
  return [
    ...(stack ? ["the stack is there, with resources; `bin/dind-mcp destroy` it before, or --stack NAME"] : []),
    ...(force ? [] : there.map((text) => `${text}; --force puts the backup in its place`)),
    ...(passphrase === "missing"
      ? [
          "the backup has no passphrase; put it into the file `passphrase` of the state folder, or into PULUMI_CONFIG_PASSPHRASE",
        ]
      : []),
    ...(passphrase === "wrong"
      ? ["this machine's passphrase, or the one in the environment, is not the one of the backup's secrets"]
      : []),
    ...(passphrase === "replaces" && others.length > 0
      ? [
          `other stacks have this machine's passphrase (${others.join(", ")}); DIND_MCP_STATE=FOLDER gives this one a place of its own`,
        ]
      : []),
    ...(room && room.free < room.needed
      ? [`Docker has room for ${sizeText(room.free)}, and the backup needs ${sizeText(room.needed)}`]
      : []),
  ];
}
