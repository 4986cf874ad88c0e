/** How a program of the user's is built and started. */
export interface LocalProgram {
  /** What its own files say of it. */
  name?: string;
  description?: string;
  version?: string;
  /** Lines of the Dockerfile, but for `USER`; absent where the folder has a Dockerfile of its own. */
  dockerfile?: string[];
  /** Program and arguments; empty for the entry point of its own Dockerfile. */
  command: string[];
  /** Remarks for the user. @default none */
  notes?: string[];
}

/** Scripts that are taken for the server when nothing says which one is. */
export const USUAL = ["server", "main", "app", "index"];

/** A folder's own files, and which of its programs the user wants. */
export interface ProgramFolder {
  path: string;
  /** Relative to it. */
  files: string[];
  /** @default the only one, or the one that is named like it */
  program?: string;
  /** Its script, where the user has said which. @default as its own files say */
  script?: string;
}
