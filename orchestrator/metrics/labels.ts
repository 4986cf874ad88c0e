/** What everything beyond the bound is counted under. */
export const OTHER = "other";

/** Values of a label. The first so many keep their names, the rest become `other`: each value is a series for ever. */
export class BoundedLabel {
  readonly #known = new Set<string>();

  constructor(private readonly most: number) {}

  /**
   * The value to use.
   * @param real whether the name is known to mean something; a name that a client made up takes no place
   */
  of(name: string, real = true): string {
    if (this.#known.has(name)) return name;
    if (!real || this.#known.size >= this.most) return OTHER;
    this.#known.add(name);
    return name;
  }
}

/** Methods that MCP knows, of all its revisions; a client can send any other word. */
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
