/** The label's value for all names beyond the limit. */
export const OTHER = "other";

/**
 * Limits the values of a label: the first ones keep their names, the rest become `other`. Each value is a lasting
 * series.
 */
export class BoundedLabel {
  readonly #known = new Set<string>();

  constructor(private readonly most: number) {}

  /**
   * Returns the label's value for a name.
   * @param real true when the name is known to exist; a name that a client made up uses up no value
   */
  of(name: string, real = true): string {
    if (this.#known.has(name)) return name;
    if (!real || this.#known.size >= this.most) return OTHER;
    this.#known.add(name);
    return name;
  }
}

/** The methods of all MCP revisions. Clients may send any other word, which must not become a label. */
export const METHODS: ReadonlySet<string> = new Set([
  "completion/complete",
  "initialize",
  "logging/setLevel",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "server/discover",
  "subscriptions/listen",
  "tasks/cancel",
  "tasks/get",
  "tasks/list",
  "tasks/result",
  "tools/call",
  "tools/list",
]);
