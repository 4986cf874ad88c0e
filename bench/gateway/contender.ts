import type { Target } from "./mcp-http";

/** One side of the bench, running. */
export interface Contender {
  name: string;
  target: Target;
  /** What a call asks for, where the tool is not plain `echo`. */
  tool?: string;
  /** Process whose processor time and memory count, as this machine numbers it. */
  pid?: number;
}
