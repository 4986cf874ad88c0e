/** One call of a server's job, and how its answer shows that the job is done. */
export interface Step {
  tool: string;
  args?: Record<string, unknown>;
  /** What the answer has to hold. */
  answers?: RegExp;
  /** The answer has to hold an image. */
  image?: boolean;
}

/** A server that people use, as a user takes it: one `servers add`, its keys, and a job that it has to do. */
export interface Popular {
  source: string;
  /** Further arguments of `servers add`. */
  options?: string[];
  /** The server's name, as `servers add` makes it. */
  name: string;
  /** Values for the secrets that it asks for, by name. */
  secrets?: Record<string, string>;
  /** Hosts of a private network that the stack's config opens to it, `host:port`. */
  privateHosts?: string[];
  /** Where it has the folder that the stack's config lends; what it makes there has to be the user's. */
  lentAt?: string;
  /** Part of the sample of the default suite: small ones of most kinds, that install in seconds. */
  sample?: boolean;
  steps: Step[];
  /** The job goes on after the server was restarted: what was kept must be there. */
  afterRestart?: Step[];
}
