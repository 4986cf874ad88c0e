import { z } from "zod";
import type { EnvFile } from "./start";

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** A server of a client's file, once it is in the words of most clients. */
export const entrySchema = z.object({
  command: z.string().optional(),
  args: z.array(scalar).default([]),
  env: z.record(z.string(), scalar).default({}),
  cwd: z.string().optional(),
  /** VS Code's. */
  envFile: z.string().optional(),
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  httpUrl: z.string().optional(),
  /** Of a server at an address: how it speaks. */
  type: z.string().optional(),
  headers: z.record(z.string(), scalar).optional(),
});

/** A server in a client's file, as the client starts it. */
export type ClientServer = z.output<typeof entrySchema> & {
  /** Files with more variables. @default none but `envFile` */
  envFiles?: EnvFile[];
};

/** A server by its name there; without what it is when nobody can tell. */
export interface Named {
  name: string;
  server?: ClientServer;
  /** The project that it is for, in a file that has those of several: its relative paths start there. */
  project?: string;
  /** Where that is known, why nobody can tell. */
  why?: string;
}
