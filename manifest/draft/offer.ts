import type { Openings } from "./openings";

/** A server of the catalog that the stack does not run, and what it would be. */
export interface CatalogOffer {
  name: string;
  title?: string;
  description: string;
  version: string;
  /** What it would be allowed. */
  opens: Openings;
  /** The commands that add it to the servers that run. */
  steps: string[];
}
