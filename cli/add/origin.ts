import type { LocalServer } from "./local/local-server";

/** A server.json, and where it is from. */
export interface Origin {
  document: unknown;
  /** One line for people: what it was made from, with the version. */
  from: string;
  /** Remarks for the user. */
  notes: string[];
  /** Names for the server when another one has the document's. @default none */
  otherNames?: string[];
  /** A server that the user has as files: then there is no document. */
  local?: LocalServer;
  /** Variables that the user has to fill in, and what they are. @default none */
  ask?: Record<string, string>;
  /** Removes what was fetched for it. @default nothing was */
  release?: () => void;
}
