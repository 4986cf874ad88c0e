/** One answer of a service. */
export interface Answer {
  /** @default any */
  method?: string;
  /** The whole path, with its query or without, as a regular expression. */
  path: string;
  /** @default 200 */
  status?: number;
  /** @default application/json */
  type?: string;
  headers?: Record<string, string>;
  /** A text, or what becomes JSON. */
  body: unknown;
}

/** What stands in for a service of the internet, under its name. */
export interface Service {
  host: string;
  /** Headers that have to have these values, in small letters; with `?` in front a parameter of the URL. Else it answers 401. */
  keys?: Record<string, string>;
  answers: Answer[];
}
