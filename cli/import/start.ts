import type { Source } from "../add/source";

/** A folder of this machine that a server works on. */
export interface WantedFolder {
  /** On this machine, without links. */
  path: string;
  /** In the server's container. */
  at: string;
  /** What the file says of it, where it says something. */
  readOnly?: boolean;
}

/** A file with variables, which a container or a client's server gets. */
export interface EnvFile {
  /** As it is written. */
  path: string;
  /** `docker`: one `NAME=VALUE` a line, taken as it is. `dotenv`: with quotes and comments, as Compose and clients read it. */
  format: "docker" | "dotenv";
  /** Without it the server cannot come. */
  required: boolean;
}

/** What a client's server is made of, and what its way of starting asks for. */
export interface Start {
  source: Source;
  /** Arguments of the program. */
  args: string[];
  /** Variables that its command line sets; an empty text for those that it takes from the client's environment. */
  env?: Record<string, string>;
  /** Files with more variables. */
  envFiles?: EnvFile[];
  folders?: WantedFolder[];
  /** Part of a manifest, laid over the one that the source gives. */
  manifest?: Record<string, unknown>;
  notes?: string[];
  /** Values of secrets by their names, which are not variables. @default none */
  values?: Record<string, string>;
  /** Such secrets whose value is not in the file. @default none */
  open?: string[];
}

/** A start; or why there can be none here. Neither holds the value of a variable. */
export type Understood = Start | { why: string };

/** Where the client starts its servers. */
export interface Surroundings {
  /** The user's home. */
  home: string;
  /** The folder that relative paths start from: the project of a project's file. @default nobody knows */
  folder?: string;
}
