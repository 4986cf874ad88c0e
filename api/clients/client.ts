/** What a client's file is written in. JSON: with comments, where the client takes them. */
export const FileFormat = { Json: "json", Toml: "toml", Yaml: "yaml" } as const;
export type FileFormat = (typeof FileFormat)[keyof typeof FileFormat];

/** What a client connects to: a name in its own list, and a URL. */
export interface Target {
  name: string;
  url: string;
}

/** What goes into an entry. */
export interface Access {
  /** `Bearer ...`: with the token, or with the client's words for where it takes it from. */
  authorization: string;
  /** The environment variable that holds the token; absent when the file holds it. */
  variable?: string;
}

/** One client as data: what its file is called, what an entry in it looks like, what to do once it is there. */
export interface ClientKind {
  /** Where its user finds the file. */
  file: string;
  /** @default "json" */
  format?: FileFormat;
  /** What a file needs beside the servers, when there is none yet. @default nothing */
  begin?: string;
  /** Name of the object at the file's top that holds the servers. */
  servers: string;
  /** True when that is a list, whose items have a `name`. @default false */
  list?: boolean;
  /** The client's words for a variable's value, as `${DIND_MCP_TOKEN}`. @default none: its file holds the token */
  variable?: (variable: string) => string;
  /** An input of VS Code's kind, which asks for the token once: then `variable` names that. */
  asks?: boolean;
  entry(target: Target, access: Access): Record<string, unknown>;
  /** A link that opens the client and has it add one server. @default none: the client knows no such link */
  link?: (name: string, entry: Record<string, unknown>, inputs?: unknown) => string;
  /** What to do next, in the client's own words. */
  next: string;
  /** What else to know. */
  notes?: readonly string[];
}

/** Headers of an entry, as most clients have them. */
export const headers = ({ authorization }: Access) => ({ headers: { Authorization: authorization } });

/** How most clients write a variable. */
export const braces = (variable: string) => `\${${variable}}`;
/** How editors of VS Code's kind write a variable. */
export const envBraces = (variable: string) => `\${env:${variable}}`;
