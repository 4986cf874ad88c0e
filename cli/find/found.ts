import type { ClientServer } from "../import/client-server";

/** What an MCP server that runs loose, or is started loose, can get at. Names of variables, never their values. */
export interface Reach {
  /** Whose rights it has. */
  user: string;
  network: string;
  /** Folders and sockets of this machine. */
  folders: string[];
  /** Variables that were set for it, and those that look like keys. */
  variables: string[];
}

/** An MCP server on this machine that is not this stack's. */
export interface Found {
  kind: "process" | "container" | "file";
  /** A package, an image, a script. */
  what: string;
  /** A process' number, a container's name, a file with the server's name in it. */
  where: string;
  /** Whose child it is: the program that started it, the project, the client. */
  of: string;
  reach: Reach;
}

/** The same with what only this program may see: values of variables among it. */
export interface Loose extends Found {
  /** Its name, as far as there is one. */
  name: string;
  /** How it is started. */
  server: ClientServer;
  /** Where relative paths start. */
  folder?: string;
  /** Ends it; absent where nothing runs. */
  stop?: () => Promise<void>;
}

/** Without what nobody else may see. */
export const shown = ({ kind, what, where, of, reach }: Found): Found => ({ kind, what, where, of, reach });
