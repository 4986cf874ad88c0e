/**
 * A map that forgets the least recently used entry when it is full, so that what strangers send cannot fill the memory.
 */
export class BoundedMap<Value> {
  readonly #values = new Map<string, Value>();

  constructor(private readonly size: number) {}

  /** Looking a key up counts as use. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  /** Puts a value in; when the map is full, the least recently used entry goes. */
  set(key: string, value: Value): void {
    // A Map keeps the order of insertion: deleted and set again, it is the newest.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.size) this.#values.delete(this.#values.keys().next().value as string);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** Number of entries. */
  get length(): number {
    return this.#values.size;
  }
}
